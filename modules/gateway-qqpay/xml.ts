import { DOMParser, onErrorStopParsing, type Node } from '@xmldom/xmldom';
import { escapeHtml } from '#core/template/filters';
import type { Fields } from './signature.ts';

const ELEMENT = 1;
/** Space between elements, comments and instructions. */
const NOTHING = [3, 7, 8];
const LONGEST = 64 * 1024;
const MOST_FIELDS = 100;

/**
 * `<xml><name>value</name>…</xml>`; undefined for anything else. A document type is refused before it is read, so there are
 * no entities but the five of XML, and nothing is fetched. A name said twice is refused: which one was signed?
 */
export function readXml(text: string): Fields | undefined {
  if (text.length > LONGEST || /<!(?!\[CDATA\[|--)/.test(text)) return undefined;
  const root = rootOf(text);
  if (root === undefined) return undefined;
  const fields = new Map<string, string>();
  for (let node = root.firstChild; node !== null; node = node.nextSibling) {
    if (NOTHING.includes(node.nodeType) && (node.nodeType !== 3 || (node.nodeValue ?? '').trim() === '')) continue;
    if (node.nodeType !== ELEMENT || !hasTextOnly(node)) return undefined;
    if (fields.has(node.nodeName) || fields.size === MOST_FIELDS) return undefined;
    fields.set(node.nodeName, node.textContent ?? '');
  }
  return Object.fromEntries(fields);
}

export const writeXml = (fields: Fields): string =>
  `<xml>${Object.entries(fields)
    .map(([name, value]) => `<${name}>${escapeHtml(value)}</${name}>`)
    .join('')}</xml>`;

function rootOf(text: string): Node | undefined {
  try {
    const root = new DOMParser({ onError: onErrorStopParsing }).parseFromString(text, 'text/xml').documentElement;
    return root?.nodeName === 'xml' ? root : undefined;
  } catch {
    return undefined;
  }
}

function hasTextOnly(element: Node): boolean {
  for (let node = element.firstChild; node !== null; node = node.nextSibling)
    if (node.nodeType !== 3 && node.nodeType !== 4) return false;
  return true;
}
