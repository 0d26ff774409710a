import { Lexer, type Token, type Tokens } from 'marked';

/** Longer and deeper texts are taken as they are: to read them as Markdown takes time and stack. */
const LONGEST = 20_000;
const TOO_DEEP = /^([ \t]*[>*+-]){12}|^[ \t]{60}/m;

/** What somebody reads who sees the text set, without the marks that set it. */
export function plainMarkdown(markdown: string): string {
  if (markdown.length > LONGEST || TOO_DEEP.test(markdown)) return markdown.trim();
  try {
    return blocks(Lexer.lex(markdown, { gfm: true, breaks: true })).trim();
  } catch (error) {
    if (error instanceof RangeError) return markdown.trim(); // deeper than the stack
    throw error;
  }
}

const blocks = (tokens: readonly Token[]): string =>
  tokens
    .map(block)
    .filter((text) => text !== '')
    .join('\n');

function block(token: Token): string {
  switch (token.type) {
    case 'space':
      return '';
    case 'hr':
      return '———';
    case 'code':
      return (token as Tokens.Code).text;
    case 'html':
      return withoutTags(token.raw).trim();
    case 'list':
      return (token as Tokens.List).items.map((item, index) => listItem(token as Tokens.List, item, index)).join('\n');
    case 'table':
      return [(token as Tokens.Table).header, ...(token as Tokens.Table).rows]
        .map((row) => row.map((cell) => inline(cell.tokens)).join(' | '))
        .join('\n');
    case 'blockquote':
      return blocks(childrenOf(token));
    default:
      return childrenOf(token).length > 0 ? inline(childrenOf(token)) : textOf(token);
  }
}

function listItem({ ordered, start }: Tokens.List, item: Tokens.ListItem, index: number): string {
  const mark = ordered ? `${Number(start || 1) + index}.` : '•';
  return `${mark} ${blocks(item.tokens).replaceAll('\n', '\n  ')}`;
}

const inline = (tokens: readonly Token[]): string => tokens.map(inlineText).join('');

function inlineText(token: Token): string {
  const children = childrenOf(token);
  switch (token.type) {
    case 'br':
      return '\n';
    case 'html':
      return withoutTags(token.raw);
    case 'link': {
      const [text, { href }] = [inline(children), token as Tokens.Link];
      return text === href || href === `mailto:${text}` ? text : `${text} (${href})`;
    }
    case 'image':
      return (token as Tokens.Image).text;
    default:
      return children.length > 0 ? inline(children) : textOf(token);
  }
}

const childrenOf = (token: Token): readonly Token[] => ('tokens' in token ? (token.tokens ?? []) : []);
const textOf = (token: Token): string => ('text' in token && typeof token.text === 'string' ? token.text : token.raw);
const withoutTags = (html: string): string => html.replaceAll(/<br\b[^>]*>/gi, '\n').replaceAll(/<[^>]*>/g, '');
