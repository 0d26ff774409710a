import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isSigned, signatureOf } from '#modules/gateway-qqpay/signature';
import { readXml, writeXml } from '#modules/gateway-qqpay/xml';

const KEY = '192006250b4c09247ec02edce69f6a2d';

describe('signatures of QQ wallet', () => {
  const fields = {
    appid: 'd930ea5d5a258f4f',
    mch_id: '10000100',
    device_info: '1000',
    body: 'test',
    nonce_str: 'ibuaiVcKdpRxkhJA',
  };

  it('are those of its documentation', () => {
    assert.equal(signatureOf(fields, KEY, 'MD5'), 'C16640534B737634F08566717AD030EB');
  });

  it('leave out what is empty and the signature itself, and are read in either case', () => {
    const signed = { ...fields, attach: '', sign: 'c16640534b737634f08566717ad030eb' };

    assert.ok(isSigned(signed, KEY, 'MD5'));
    assert.ok(!isSigned(signed, KEY, 'HMAC-SHA256'));
    assert.ok(!isSigned(fields, KEY, 'MD5'));
  });
});

describe('the XML of QQ wallet', () => {
  it('reads what it writes', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '&', '<', '>', '"', "'", ']', ']]>', '桌', '\n') });
    fc.assert(
      fc.property(text, text, (body, attach) =>
        assert.deepEqual({ ...readXml(writeXml({ body, attach })) }, { body, attach }),
      ),
    );
  });

  it('never throws, whatever comes', () => {
    const pieces = fc.constantFrom(
      '<xml>',
      '</xml>',
      '<a>',
      '</a>',
      '&a;',
      '&#0;',
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '<?',
      'x',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(pieces), (parts) => {
        const fields = readXml(parts.join(''));
        assert.ok(fields === undefined || typeof fields === 'object');
      }),
    );
  });
});
