/** Paths as the connection manager normalises them before a route is looked for. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { CaseRequest, Expected, TrafficCase } from '../traffic-case.ts';
import { all } from './short.ts';

const becomes = (path: string, seen: string): CaseRequest => ({
  send: `GET ${path}`,
  see: { status: 200, path: seen },
});
const answers = (path: string, see: Expected): CaseRequest => ({ send: `GET ${path}`, see: { attempts: 0, ...see } });
const refused: Expected = { status: 400, details: 'path_normalization_failed' };
const manager = (more: JsonObject): Pick<TrafficCase, 'routes' | 'manager'> => ({ routes: [all()], manager: more });

export const pathCases: readonly TrafficCase[] = [
  {
    name: 'a path goes on as it came where nothing is asked',
    ...manager({}),
    requests: [
      becomes('/a/../b', '/a/../b'),
      becomes('/a//b', '/a//b'),
      becomes('/%2e%2e/x', '/%2e%2e/x'),
      becomes('/a%2Fb', '/a%2Fb'),
      becomes('/a\\b', '/a\\b'),
      becomes('/a%00b', '/a%00b'),
      becomes('/x%zz', '/x%zz'),
      becomes('/?', '/?'),
      becomes('/a?b?c', '/a?b?c'),
      becomes('//', '//'),
    ],
  },
  {
    name: 'normalize_path resolves dots as RFC 3986 says',
    ...manager({ normalize_path: true }),
    requests: [
      becomes('/a/./b', '/a/b'),
      becomes('/a/../b', '/b'),
      becomes('/a/b/..', '/a/'),
      becomes('/a/.', '/a/'),
      becomes('/../../x', '/x'),
      becomes('/..', '/'),
      becomes('/a/...', '/a/...'),
      becomes('/a/..b/c', '/a/..b/c'),
      becomes('/.hidden', '/.hidden'),
      becomes('/a//../b', '/a/b'),
    ],
  },
  {
    name: 'normalize_path decodes octets that need no escape, and leaves the others',
    ...manager({ normalize_path: true }),
    requests: [
      becomes('/%61/%62', '/a/b'),
      becomes('/%7Ex', '/~x'),
      becomes('/%2e%2e/x', '/x'),
      becomes('/a/%2E%2E/b', '/b'),
      becomes('/a/%2e/b', '/a/b'),
      becomes('/a%2fb', '/a%2fb'),
      becomes('/a%20b', '/a%20b'),
      becomes('/%E4%B8', '/%E4%B8'),
      becomes('/a%25b', '/a%25b'),
      becomes('/a%3fb', '/a%3fb'),
    ],
  },
  {
    name: 'normalize_path turns backslashes into slashes',
    ...manager({ normalize_path: true }),
    requests: [becomes('/a\\b', '/a/b'), becomes('/a\\..\\b', '/b'), becomes('/a%5cb', '/a%5cb')],
  },
  {
    name: 'normalize_path leaves the query alone and keeps slashes in a row',
    ...manager({ normalize_path: true }),
    requests: [
      becomes('/a/../b?x=/../y%61', '/b?x=/../y%61'),
      becomes('/a//b', '/a//b'),
      becomes('//a', '//a'),
      becomes('/a?', '/a?'),
      becomes('/a/..?x', '/?x'),
    ],
  },
  {
    name: 'normalize_path meets what cannot be decoded',
    ...manager({ normalize_path: true }),
    requests: [
      answers('/a%00b', refused),
      becomes('/x%zz', '/x%zz'),
      becomes('/x%', '/x%'),
      becomes('/x%2', '/x%2'),
      becomes('/a?x=%00', '/a?x=%00'),
      becomes('/a%0ab', '/a%0ab'),
      becomes('/%C0%AE', '/%C0%AE'),
    ],
  },
  {
    name: 'merge_slashes makes one slash of many, not in the query',
    ...manager({ merge_slashes: true }),
    requests: [
      becomes('/a//b', '/a/b'),
      becomes('//a', '/a'),
      becomes('/a///', '/a/'),
      becomes('/a//b?x=//y', '/a/b?x=//y'),
      becomes('/a/%2f/b', '/a/%2f/b'),
      becomes('//', '//'),
      becomes('///', '//'),
    ],
  },
  {
    name: 'dots are resolved before slashes are merged',
    ...manager({ normalize_path: true, merge_slashes: true }),
    requests: [becomes('/a//../b', '/a/b'), becomes('//a/../..//b', '/b'), becomes('/a\\\\b', '/a/b')],
  },
  {
    name: 'escaped slashes are decoded and go on where the table says so',
    ...manager({ path_with_escaped_slashes_action: 'UNESCAPE_AND_FORWARD' }),
    requests: [
      becomes('/a%2Fb', '/a/b'),
      becomes('/a%2fb', '/a/b'),
      becomes('/a%5Cb', '/a\\b'),
      becomes('/a%252Fb', '/a%252Fb'),
      becomes('/a?x=%2F', '/a?x=%2F'),
    ],
  },
  {
    name: 'escaped slashes are decoded before dots are resolved and slashes merged',
    ...manager({
      path_with_escaped_slashes_action: 'UNESCAPE_AND_FORWARD',
      normalize_path: true,
      merge_slashes: true,
    }),
    requests: [becomes('/a%2F..%2Fb', '/b'), becomes('/a%2F%2Fb', '/a/b'), becomes('/a%5C..%5Cb', '/b')],
  },
  {
    name: 'escaped slashes are refused where the table says so',
    ...manager({ path_with_escaped_slashes_action: 'REJECT_REQUEST' }),
    requests: [
      answers('/a%2Fb', refused),
      answers('/a%5cb', refused),
      becomes('/a%20b', '/a%20b'),
      becomes('/a?x=%2f', '/a?x=%2f'),
    ],
  },
  {
    name: 'escaped slashes are redirected to the decoded path where the table says so',
    ...manager({ path_with_escaped_slashes_action: 'UNESCAPE_AND_REDIRECT' }),
    requests: [
      answers('/a%2Fb?x=1', { status: 307, headers: { location: '/a/b?x=1' }, details: 'path_normalization_failed' }),
      becomes('/a/b', '/a/b'),
    ],
  },
  {
    name: 'routes see the normalised path',
    routes: [{ match: { prefix: '/admin' }, direct_response: { status: 403 } }, all()],
    manager: { normalize_path: true, merge_slashes: true },
    requests: [
      answers('/x/../admin', { status: 403 }),
      answers('//admin', { status: 403 }),
      answers('/%61dmin', { status: 403 }),
      answers('/x\\..\\admin', { status: 403 }),
      becomes('/x%2f..%2fadmin', '/x%2f..%2fadmin'),
    ],
  },
  {
    name: 'a fragment is refused',
    ...manager({}),
    requests: [answers('/a#b', { status: 400 }), answers('/a?x#b', { status: 400 })],
  },
  {
    name: 'paths are normalised over HTTP/2, too',
    ...manager({ normalize_path: true, merge_slashes: true, path_with_escaped_slashes_action: 'KEEP_UNCHANGED' }),
    requests: [
      { ...becomes('/a/..//%62?q', '/b?q'), http2: true },
      { ...answers('/a%00', refused), http2: true },
    ],
  },
];
