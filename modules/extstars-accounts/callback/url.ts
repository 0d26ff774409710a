import { invalidInput } from '#core/error';

/** An http or https address without a user name in it. */
export function checkedUrl(text: string, complaint: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (url === undefined || !isWeb || url.username !== '' || url.password !== '')
    throw invalidInput('extstars.url', complaint);
  return url;
}
