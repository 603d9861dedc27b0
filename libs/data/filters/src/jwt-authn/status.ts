/** What checking a token can come to: the numbers and messages of Envoy's jwt_verify_lib. */

export interface JwtStatus {
  /** For failed_status_in_metadata. */
  readonly code: number;
  readonly message: string;
}

const status = (code: number, message: string): JwtStatus => ({ code, message });

export const jwtStatus = {
  ok: status(0, 'OK'),
  /** Not of Envoy: keys are on their way, judge again. */
  pending: status(-1, ''),
  missing: status(1, 'Jwt is missing'),
  notYetValid: status(2, 'Jwt not yet valid'),
  expired: status(3, 'Jwt is expired'),
  badFormat: status(4, 'Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections'),
  headerBase64: status(5, 'Jwt header is an invalid Base64url encoded'),
  headerJson: status(6, 'Jwt header is an invalid JSON'),
  badAlg: status(7, 'Jwt header [alg] field is required and must be a string'),
  unknownAlg: status(8, 'Jwt header [alg] is not supported'),
  badKid: status(9, 'Jwt header [kid] field is not a string'),
  payloadBase64: status(10, 'Jwt payload is an invalid Base64url encoded'),
  payloadJson: status(11, 'Jwt payload is an invalid JSON'),
  issNotString: status(12, 'Jwt payload [iss] field is not a string'),
  subNotString: status(13, 'Jwt payload [sub] field is not a string'),
  iatNotInteger: status(14, 'Jwt payload [iat] field is not an integer'),
  iatRange: status(15, 'Jwt payload [iat] field is not a positive 64 bit integer'),
  nbfNotInteger: status(16, 'Jwt payload [nbf] field is not an integer'),
  nbfRange: status(17, 'Jwt payload [nbf] field is not a positive 64 bit integer'),
  expNotInteger: status(18, 'Jwt payload [exp] field is not an integer'),
  expRange: status(19, 'Jwt payload [exp] field is not a positive 64 bit integer'),
  jtiNotString: status(20, 'Jwt payload [jti] field is not a string'),
  audNotStrings: status(21, 'Jwt payload [aud] field is not a string or string list'),
  signatureBase64: status(22, 'Jwt signature is an invalid Base64url encoded'),
  unknownIssuer: status(24, 'Jwt issuer is not configured'),
  audience: status(25, 'Audiences in Jwt are not allowed'),
  verificationFails: status(26, 'Jwt verification fails'),
  noMatchingKey: status(32, "Jwks doesn't have key to match kid or alg from Jwt"),
  jwksFetch: status(46, 'Jwks remote fetch is failed'),
} as const;
