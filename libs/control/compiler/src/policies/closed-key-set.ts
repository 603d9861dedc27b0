/** A key set that no token fits: what stands where the real one could not be fetched, so that every token is refused. */

/** An RSA modulus whose factors were thrown away when it was made. */
const modulus = [
  'xEh4FHt0ayHbijt2BCe4NrClAo7kOcBf8nwT2R2zvFWA7TzlVPgu7IeXQmB-3SlStdWGxQ89uRVn2FJWVM8eEQ8-HqZWl_X14AnC',
  'NaF24cauemgWKrk6YoK3xzivdRXn9W498xUV08WMEQ4sWT0b2-ofVNciPI3MtYDkytDV1k9fZJHbXCD5epn1oRRWAkjUUF_zhFjS',
  'K7sOYv_nbmWqVJBsYFueGsXQ0m40Ic5o587vms7_U5n-p0IksKCP6oWV8L4UDhgfbZeJUuFV2jVmB249eLpQ2QYyzbuIbobAyahw',
  'KvbzpHzEDuigJ8IjcrYeJFRCdv4C5_qL9BMIV9FP8w',
].join('');

export const closedKeySet = JSON.stringify({ keys: [{ kty: 'RSA', e: 'AQAB', n: modulus }] });
