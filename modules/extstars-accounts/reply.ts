import { Type, type TSchema } from '@sinclair/typebox';
import type { App } from './app/service.ts';

/** An answer whole, with its result code; and which pages may read it. */
export class Reply {
  readonly code: number;
  readonly message: string;
  readonly data: unknown;
  /** Beside the code, where the contract has it there too. */
  readonly token: string | undefined;
  readonly app: App | undefined;
  constructor(
    code: number,
    message: string,
    data: unknown,
    { app, token }: { app?: App | undefined; token?: string | undefined } = {},
  ) {
    this.code = code;
    this.message = message;
    this.data = data;
    this.app = app;
    this.token = token;
  }
}

export const OK = 100;

/** The envelope of an endpoint: `data` on success, null with every other code. */
export const Envelope = <D extends TSchema>(data: D, codes: readonly number[]) =>
  Type.Unsafe<Reply>(
    Type.Object({
      code: Type.Union([OK, ...codes].map((code) => Type.Literal(code))),
      message: Type.String(),
      token: Type.Optional(Type.String()),
      data: Type.Union([data, Type.Null()]),
    }),
  );

/** The people of most apps read Chinese; those of others English. */
const WORDS = {
  ok: ['ok', 'ok'],
  unknown_app: ['The app does not exist.', '应用不存在'],
  incomplete: ['A parameter is missing or not valid.', '参数不完整或无效'],
  unknown_code: ['There is no such activation code.', '激活码不存在'],
  not_usable: ['The activation code cannot be used now.', '激活码当前不可用'],
  no_destination: ['The activation code has no destination yet.', '激活码未填写去向'],
  no_user: ['The destination is no registered user.', '激活码去向不是已注册用户'],
  active: ['This device is activated already.', '该设备已激活'],
  full: ['The activation code is used on as many devices as it allows.', '激活码的激活数量已达上限'],
  unknown_token: ['This device is not activated.', '该设备未激活'],
  other_device: ['The activation belongs to another device.', '激活信息与设备不符'],
  not_allowed: ['Releasing this device is not allowed.', '不允许反激活'],
  too_early: ['Too many checks; try again later.', '检测过于频繁，请稍后再试'],
  wrong_step: ['The step key is missing or wrong.', '步进密钥缺失或错误'],
  over: ['The activation code cannot be used any more.', '激活码已失效'],
  unknown_order: ['There is no such order, or its token is over.', '订单不存在或令牌已失效'],
  gateway: ['The payment cannot be started now.', '暂时无法发起支付'],
  maintenance: ['The service is being maintained.', '服务维护中'],
} as const;
export type Word = keyof typeof WORDS;

export const say = (word: Word, app: App | undefined): string =>
  WORDS[word][(app?.settings.language ?? 'zh').startsWith('zh') ? 1 : 0];

export const refuse = (code: number, word: Word, app?: App): Reply => new Reply(code, say(word, app), null, { app });
export const succeed = (data: unknown, app: App | undefined, token?: string): Reply =>
  new Reply(OK, 'ok', data, { app, token });
