/** The three commands to try, as they stand in the README, and what the mesh then explains. */

const password = 'correct-horse-battery';

/** @param shop base address. @param sku a product; a stand-in where empty. */
export function tryOutCommands(
  shop: string,
  sku: string,
): readonly { readonly title: string; readonly command: string }[] {
  const json = `-H 'content-type: application/json'`;
  return [
    {
      title: 'create a user',
      command: `curl -s ${shop}/api/users ${json} -d '{"email":"ada@example.com","password":"${password}","name":"Ada"}'`,
    },
    {
      title: 'log in',
      command: `TOKEN=$(curl -s ${shop}/api/sessions ${json} -d '{"email":"ada@example.com","password":"${password}"}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')`,
    },
    {
      title: 'place an order',
      command: `curl -s ${shop}/api/orders ${json} -H "Authorization: Bearer $TOKEN" -H "Idempotency-Key: order-$(date +%s)" -d '{"items":[{"sku":"${sku === '' ? 'SKU' : sku}","quantity":1}],"paymentToken":"tok_ok"}'`,
    },
  ];
}

export const explainCommand = `npx weft explain GET http://payment.shop/charge -H 'x-canary: 1' --from order`;
