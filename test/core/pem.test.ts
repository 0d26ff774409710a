import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readCertificates, readPrivateKey, readPublicKey } from '#core/pem';
import { certificate } from '../support/certificate.ts';
import { keyPair } from '../support/vendor.ts';

describe('keys as people paste them', () => {
  const key = keyPair();
  const pkcs1 = {
    privateKey: createPrivateKey(key.privateKey).export({ format: 'pem', type: 'pkcs1' }).toString(),
    publicKey: createPublicKey(key.publicKey).export({ format: 'pem', type: 'pkcs1' }).toString(),
  };
  const bare = (pem: string) => pem.replaceAll(/-----[^-]+-----/g, '').trim();
  const forms: Record<string, (pem: string) => string> = {
    'with armour': (pem) => pem,
    'without armour': bare,
    'without armour, in one line': (pem) => bare(pem).replaceAll('\n', ''),
    'with armour, in one line': (pem) => pem.replaceAll('\n', ''),
    'with the ends of lines written out': (pem) => pem.replaceAll('\n', '\\n'),
    'with the ends of lines of Windows, and space around': (pem) => `\r\n ${pem.replaceAll('\n', '\r\n')} `,
  };
  const spkiOf = (found: ReturnType<typeof readPublicKey>) => found?.export({ format: 'pem', type: 'spki' });

  for (const [name, form] of Object.entries(forms))
    it(`are read ${name}`, () => {
      for (const pem of [key.privateKey, pkcs1.privateKey])
        assert.equal(
          readPrivateKey(form(pem))?.export({ format: 'pem', type: 'pkcs8' }).toString().trim(),
          key.privateKey.trim(),
        );
      for (const pem of [key.publicKey, pkcs1.publicKey, certificate({ serial: '1', key })])
        assert.equal(spkiOf(readPublicKey(form(pem))), key.publicKey);
    });

  it('are refused when they are others than asked for', () => {
    const weak = keyPair(1024);
    const curve = generateKeyPairSync('ec', {
      namedCurve: 'prime256v1',
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const { privateKey: locked } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
    });

    for (const text of ['', 'nonsense', '!', key.publicKey, weak.privateKey, curve.privateKey, locked])
      assert.equal(readPrivateKey(text), undefined);
    for (const text of ['', key.privateKey, bare(key.privateKey), weak.publicKey, curve.publicKey])
      assert.equal(readPublicKey(text), undefined);
    for (const text of [`${key.publicKey}${key.publicKey}`, `${key.publicKey}x`, key.publicKey.replace('END', 'FIN')])
      assert.equal(readPublicKey(text), undefined);
  });

  it('come as several certificates, and nothing between them', () => {
    const [one, two] = [certificate({ serial: 'C0FFEE', key }), certificate({ serial: '0A', name: 'Two', key })];

    assert.deepEqual(
      readCertificates(`${one}\n${two}`)?.map(({ serialNumber }) => serialNumber),
      ['C0FFEE', '0A'],
    );
    for (const text of [`${one}and${two}`, `${one}${key.publicKey}`, 'nonsense'])
      assert.equal(readCertificates(text), undefined);
  });
});
