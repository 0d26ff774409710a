import { randomHex } from '#core/secret';
import { refunderOf, type Merchant } from './merchant.ts';
import { isSigned, signatureOf, type Fields } from './signature.ts';
import { post } from './transport.ts';
import { readXml, writeXml } from './xml.ts';

export type Call = 'unified_order' | 'order_query' | 'close_order' | 'refund' | 'refund_query';

export interface Client {
  /**
   * Asks QQ wallet and gives back what it says, proven to be its words to this merchant. A refusal is an answer, with
   * `err_code`; it moves no money and is sometimes not signed.
   */
  ask(merchant: Merchant, call: Call, question: Fields): Promise<Fields>;
}

export const createClient = (patienceMs: number): Client => ({
  async ask(merchant, call, question) {
    const { id, appId, key, signType, authority } = merchant;
    const fields: Fields = {
      ...question,
      mch_id: id,
      nonce_str: randomHex(32),
      ...(appId !== undefined && { appid: appId }),
      ...(signType !== 'MD5' && { sign_type: signType }),
    };
    const body = writeXml({ ...fields, sign: signatureOf(fields, key, signType) });
    const isRefund = call === 'refund';
    const url = new URL(`/cgi-bin/pay/qpay_${call}.cgi`, isRefund ? merchant.refunds : merchant.questions);
    const identity = isRefund ? refunderOf(merchant).identity : undefined;
    return provenAnswer(await post({ url, body, authority, identity, patienceMs }), merchant);
  },
});

function provenAnswer(text: string, merchant: Merchant): Fields {
  const answer = readXml(text);
  if (answer === undefined) throw new Error('QQ wallet answered with something that is not its XML');
  if (answer['return_code'] !== 'SUCCESS')
    throw new Error(`QQ wallet did not take the request: ${answer['return_msg'] ?? 'no reason given'}`);
  const { key, signType } = merchant;
  if ((isDone(answer) || answer['sign'] !== undefined) && !isSigned(answer, key, signType))
    throw new Error('The answer is not signed by QQ wallet');
  if (isDone(answer) && !isOurs(answer, merchant)) throw new Error('The answer is about another merchant');
  return answer;
}

export const isDone = (answer: Fields): boolean => answer['result_code'] === 'SUCCESS';

export const isOurs = (fields: Fields, { id, appId }: Merchant): boolean =>
  fields['mch_id'] === id && [undefined, '', appId ?? fields['appid']].includes(fields['appid']);

/** Why QQ wallet refused, for people. */
export const reasonOf = (answer: Fields): string =>
  [answer['err_code'], answer['err_code_des'] ?? answer['retmsg']].filter(Boolean).join(': ') || 'no reason given';
