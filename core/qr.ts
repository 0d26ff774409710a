/** Picture of a text as a QR code, for telephones to read from a screen: PNG, four pixels a dot. */
export async function qrPicture(text: string): Promise<Buffer> {
  const { toBuffer } = await import('qrcode'); // slow to load, and few ask for one
  return toBuffer(text, { type: 'png', errorCorrectionLevel: 'M', margin: 4, scale: 4 });
}
