import { later, MINUTE } from '#core/clock';
import { atomic, type Context, type Tx } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import type { Page, PageRequest } from '#core/db/paginate';
import { conflict, messageOf, notFound, type AppError } from '#core/error';
import type { Secrets } from '#core/secret';
import type { StaffGroup, StaffService } from '#modules/staff/contract';
import type { LetterFile, LetterFiles } from './letter-files.ts';
import type { Sandbox } from '#core/template/sandbox';
import * as stored from './template-repository.ts';
import type { Filter, StoredTemplate } from './template-repository.ts';
import { plain } from '#core/template/plain';
import { masked, samplesFor, SECRET, type Values } from './values.ts';

/** A template with the text that is in force. */
export interface Template extends StoredTemplate {
  readonly subject: string;
  readonly content: string;
  readonly hasDefault: boolean;
}

export interface NewCustom {
  readonly code: string;
  readonly category: string | undefined;
  readonly isEnabled: boolean;
  readonly subject: string;
  readonly content: string;
}

export type Templates = ReturnType<typeof createTemplates>;

interface Needs {
  readonly files: LetterFiles;
  readonly sandbox: Sandbox;
  readonly secrets: Secrets;
  readonly staff: StaffService | undefined;
  /** What every letter is told. */
  common(ctx: Context, lang?: string): Promise<Values>;
}

const VARS = 'email_template.vars';
const CHUNK = 200;

export function createTemplates({ files, sandbox, secrets, staff, common }: Needs) {
  return {
    async list(ctx: Context, filter: Filter, request: PageRequest): Promise<Page<Template>> {
      const page = await stored.list(ctx.db, filter, request);
      return { ...page, items: page.items.map(inForce) };
    },

    get: async (ctx: Context, id: number): Promise<Template> => inForce(existing(await stored.find(ctx.db, id))),

    /** Makes the row of a letter that a module ships, should it not be there. */
    async findByCode(ctx: Context, code: string): Promise<Template | undefined> {
      const found = await stored.findByCode(ctx.db, code);
      if (found !== undefined) return inForce(found);
      const file = files.find(code);
      if (file === undefined) return undefined;
      await makeBuiltIn(ctx, file);
      const made = await stored.findByCode(ctx.db, code);
      return made && inForce(made);
    },

    /** Variables for previews: those of the last letter, else samples. */
    varsOf,

    async create(ctx: Context, template: NewCustom): Promise<number> {
      await check(ctx, template, {});
      return insertCustom(ctx, { ...template, description: undefined });
    },

    /** For a letter that is sent before anybody made its template. */
    async createForLetter(
      ctx: Context,
      template: NewCustom & { readonly description: string | undefined },
    ): Promise<Template> {
      try {
        await insertCustom(ctx, template);
      } catch (error) {
        if (!isTaken(error)) throw error; // made by somebody else meanwhile
      }
      return inForce(existing(await stored.findByCode(ctx.db, template.code)));
    },

    async update(ctx: Context, id: number, to: Omit<stored.Change, 'isOverridden'>): Promise<void> {
      const before = inForce(existing(await stored.find(ctx.db, id)));
      const next = { subject: to.subject ?? before.subject, content: to.content ?? before.content };
      const isRewritten = to.subject !== undefined || typeof to.content === 'string';
      if (isRewritten) await check(ctx, next, varsOf(before));
      await atomic(ctx, async (tx) => {
        const current = existing(await stored.findToChange(tx.db, id));
        await stored.change(tx.db, id, { category: to.category, isEnabled: to.isEnabled });
        if (isRewritten) {
          await stored.change(tx.db, id, textOf(current, next));
          await stored.setError(tx.db, id, undefined, tx.now);
        }
        await tx.record(`Updated email template ${current.code}`);
      });
    },

    remove: (ctx: Context, id: number): Promise<void> =>
      atomic(ctx, async (tx) => {
        const template = existing(await stored.findToChange(tx.db, id));
        if (!template.isCustom) throw conflict('email.built_in', 'Only custom email templates can be deleted');
        await stored.removeCustom(tx.db, [id]);
        await tx.record(`Deleted email template ${template.code}`);
      }),

    removeMany: (ctx: Context, ids: readonly number[]): Promise<void> =>
      atomic(ctx, async (tx) => {
        const count = await stored.removeCustom(tx.db, ids);
        await tx.record(`Deleted ${count} email templates`);
      }),

    async reset(ctx: Context, code: string): Promise<void> {
      const template = await stored.findByCode(ctx.db, code);
      if (template?.isCustom === true && files.find(code) !== undefined)
        throw conflict('email.custom', `Custom email template ${code} cannot be reset to a default`);
      const file = files.find(code);
      if (file === undefined)
        throw conflict('email.no_default', `Email template ${code} does not have a file-backed default`);
      if (template === undefined) await makeBuiltIn(ctx, file);
      await atomic(ctx, async (tx) => {
        const row = existing(await stored.findByCode(tx.db, code));
        await toDefault(tx, row, file);
        await tx.record(`Reset email template ${code}`);
      });
    },

    async resetAll(ctx: Context): Promise<void> {
      await eachTemplate(ctx, async (template) => {
        const file = template.isCustom ? undefined : files.find(template.code);
        if (file !== undefined) await atomic(ctx, (tx) => toDefault(tx, template, file));
      });
      await atomic(ctx, (tx) => tx.record('Reset all email templates'));
    },

    async setAllEnabled(ctx: Context, isEnabled: boolean): Promise<void> {
      await sync(ctx);
      await atomic(ctx, async (tx) => {
        await stored.setAllEnabled(tx.db, isEnabled);
        await tx.record(`${isEnabled ? 'Enabled' : 'Disabled'} all email templates`);
      });
    },

    /** What it would say, with the values of the last letter or samples. */
    async preview(ctx: Context, id: number, content: string | undefined): Promise<string> {
      const template = inForce(existing(await stored.find(ctx.db, id)));
      const values = { ...varsOf(template), ...(await common(ctx)) };
      return sandbox.html(content ?? template.content, values);
    },

    async validateAll(ctx: Context) {
      const errors: { id: number; code: string; error: string }[] = [];
      let valid = 0;
      await eachTemplate(ctx, async (row) => {
        const template = inForce(row);
        const error = await check(ctx, template, varsOf(template)).then(
          () => undefined,
          (mistake: unknown) => messageOf(mistake),
        );
        if (error === undefined) valid++;
        else errors.push({ id: row.id, code: row.code, error });
        await atomic(ctx, (tx) => stored.setError(tx.db, row.id, error, tx.now));
      });
      return { valid, errors };
    },

    sync,

    async groupsOf(ctx: Context, id: number): Promise<StaffGroup[]> {
      existing(await stored.find(ctx.db, id));
      const ids = await stored.listGroupIds(ctx.db, id);
      return ((await staff?.groups(ctx)) ?? []).filter((group) => ids.includes(group.id));
    },

    groupIdsOf: (ctx: Context, id: number): Promise<number[]> => stored.listGroupIds(ctx.db, id),

    async addGroup(ctx: Context, id: number, groupId: number): Promise<void> {
      existing(await stored.find(ctx.db, id));
      if (!(await staff?.groups(ctx))?.some((group) => group.id === groupId))
        throw notFound('email.unknown_group', 'Staff group not found');
      await atomic(ctx, async (tx) => {
        await stored.addGroups(tx.db, id, [groupId], tx.now);
        await tx.record(`Linked staff group ${groupId} to email template ${id}`);
      });
    },

    async removeGroup(ctx: Context, id: number, groupId: number): Promise<void> {
      existing(await stored.find(ctx.db, id));
      await atomic(ctx, async (tx) => {
        await stored.removeGroup(tx.db, id, groupId);
        await tx.record(`Unlinked staff group ${groupId} from email template ${id}`);
      });
    },

    isGroupUsed: (tx: Tx, groupId: number): Promise<boolean> => stored.isGroupUsed(tx.db, groupId),

    fail: (tx: Tx, id: number, error: string): Promise<void> => stored.setError(tx.db, id, error, tx.now),

    /**
     * Kept for previews, without what is secret; and that the template works, or does not. Once a minute is enough: all
     * letters of a kind would wait for one row.
     */
    async remember(
      tx: Tx,
      { id, lastError, checkedAt }: Template,
      vars: Values,
      error: string | undefined,
    ): Promise<void> {
      if (lastError === error && checkedAt !== undefined && later(checkedAt, MINUTE) > tx.now) return;
      const text = JSON.stringify(masked(plain(vars), SECRET), (_name, value: unknown) =>
        typeof value === 'bigint' ? Number(value) : value,
      );
      await stored.setVars(tx.db, id, secrets.seal(VARS, text));
      await stored.setError(tx.db, id, error, tx.now);
    },
  };

  function inForce(row: StoredTemplate): Template {
    const file = files.find(row.code);
    const isFiled = file !== undefined && !row.isCustom;
    const text = isFiled && !row.isOverridden ? file : row;
    return { ...row, subject: text.subject ?? '', content: text.content ?? '', hasDefault: isFiled };
  }

  function varsOf(template: Template): Values {
    if (template.sealedVars !== undefined) {
      try {
        return { ...samplesOf(template), ...(JSON.parse(secrets.open(VARS, template.sealedVars)) as Values) };
      } catch {
        // Sealed with another secret, as after a move: only a preview is poorer.
      }
    }
    return samplesOf(template);
  }

  function samplesOf({ code, isCustom }: Template): Values {
    const file = isCustom ? undefined : files.find(code);
    if (file === undefined) return {};
    return samplesFor([...sandbox.variables(file.subject), ...sandbox.variables(file.content)]);
  }

  /** Throws what is wrong with a text. */
  async function check(ctx: Context, text: { subject: string; content: string }, vars: Values): Promise<void> {
    const values = { ...vars, ...(await common(ctx)) };
    await sandbox.line(text.subject, values);
    await sandbox.html(text.content, values);
  }

  async function insertCustom(
    ctx: Context,
    template: NewCustom & { readonly description: string | undefined },
  ): Promise<number> {
    try {
      return await atomic(ctx, async (tx) => {
        const id = await stored.insert(tx.db, { ...template, isCustom: true });
        await tx.record(`Created email template ${template.code}`);
        return id;
      });
    } catch (error) {
      throw isUniqueViolation(error)
        ? conflict('email.template_exists', `Email template ${template.code} already exists`)
        : error;
    }
  }

  /** Somebody else may make it at the same moment. */
  async function makeBuiltIn(ctx: Context, file: LetterFile): Promise<void> {
    const groups = file.module === 'staff' ? ((await staff?.groups(ctx)) ?? []) : [];
    try {
      await atomic(ctx, async (tx) => {
        const { code, module, subject } = file;
        const row = { code, category: module, isEnabled: true, isCustom: false, subject, content: undefined };
        const id = await stored.insert(tx.db, { ...row, description: undefined });
        const groupIds = groups.map((group) => group.id);
        await stored.addGroups(tx.db, id, groupIds, tx.now);
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
  }

  /** A row for every letter of the active modules. */
  async function sync(ctx: Context): Promise<void> {
    const codes = await stored.listCodes(ctx.db);
    for (const file of files.list()) if (!codes.has(file.code)) await makeBuiltIn(ctx, file);
  }

  function textOf(current: StoredTemplate, next: { subject: string; content: string }): stored.Change {
    const file = current.isCustom ? undefined : files.find(current.code);
    if (file === undefined) return next;
    const isSame = file.subject === next.subject && file.content === next.content;
    return isSame ? defaultText(file) : { ...next, isOverridden: true };
  }

  async function toDefault(tx: Tx, { id }: StoredTemplate, file: LetterFile): Promise<void> {
    await stored.change(tx.db, id, defaultText(file));
    await stored.setError(tx.db, id, undefined, tx.now);
  }
}

const defaultText = (file: LetterFile): stored.Change => ({
  isOverridden: false,
  subject: file.subject.slice(0, 255),
  content: null,
});

async function eachTemplate(ctx: Context, work: (template: StoredTemplate) => Promise<void>): Promise<void> {
  for (let last = 0; ;) {
    const chunk = await stored.listAfter(ctx.db, last, CHUNK);
    for (const template of chunk) await work(template);
    const end = chunk.at(-1);
    if (end === undefined || chunk.length < CHUNK) return;
    last = end.id;
  }
}

function existing(template: StoredTemplate | undefined): StoredTemplate {
  if (template === undefined) throw notFound('email.unknown_template', 'Email template not found');
  return template;
}

const isTaken = (error: unknown): error is AppError =>
  error instanceof Error && Reflect.get(error, 'code') === 'email.template_exists';
