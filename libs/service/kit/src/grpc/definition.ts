/** A generated service as grpc-js wants it: paths and codecs of its unary methods. */

import {
  create,
  type DescMethodUnary,
  type DescService,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import type { MethodDefinition } from '@grpc/grpc-js';
import { assertThat } from '@weft/kernel';

/** Any generated service whose methods are unary. */
export type UnaryService = Omit<DescService, 'method'> & { readonly method: Record<string, DescMethodUnary> };

/** Names of a service's methods as written in TypeScript: "reserve". */
export type MethodName<S extends UnaryService> = keyof S['method'] & string;
export type RequestOf<S extends UnaryService, M extends MethodName<S>> = MessageShape<S['method'][M]['input']>;
export type RequestInitOf<S extends UnaryService, M extends MethodName<S>> = MessageInitShape<S['method'][M]['input']>;
export type ResponseOf<S extends UnaryService, M extends MethodName<S>> = MessageShape<S['method'][M]['output']>;
export type ResponseInitOf<S extends UnaryService, M extends MethodName<S>> = MessageInitShape<
  S['method'][M]['output']
>;

// biome-ignore lint/suspicious/noExplicitAny: grpc-js keeps the codecs of a mixed table as any
export type AnyMethod = MethodDefinition<any, any>;

/** The methods by their names in TypeScript. */
export function definitionOf(service: UnaryService): Record<string, AnyMethod> {
  return Object.fromEntries(
    Object.values(service.method).map((method) => {
      assertThat(method.methodKind === 'unary', `${method.name} is unary`);
      const definition: AnyMethod = {
        path: `/${service.typeName}/${method.name}`,
        requestStream: false,
        responseStream: false,
        requestSerialize: (init) => Buffer.from(toBinary(method.input, create(method.input, init))),
        requestDeserialize: (bytes) => fromBinary(method.input, bytes),
        responseSerialize: (init) => Buffer.from(toBinary(method.output, create(method.output, init))),
        responseDeserialize: (bytes) => fromBinary(method.output, bytes),
      };
      return [method.localName, definition];
    }),
  );
}
