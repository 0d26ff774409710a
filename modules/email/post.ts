import { createHash, randomUUID } from 'node:crypto';
import { later, SECOND } from '#core/clock';
import { atomic, type Context, type Tx } from '#core/context';
import { checkEmail, isEmail } from '#core/email';
import { conflict, invalidInput, messageOf, notFound } from '#core/error';
import type { Letter } from '#core/listener';
import type { Posting, PostOffice } from '#core/post-office';
import type { ClientService } from '#modules/client/contract';
import type { StaffService } from '#modules/staff/contract';
import type { TemplateLetter } from './contract.ts';
import type { LetterFiles } from './letter-files.ts';
import type { Queue } from './queue.ts';
import type { NewEmail } from './queue-repository.ts';
import { oneLine, type Sandbox } from '#core/template/sandbox';
import type { ReadSettings } from './settings.ts';
import type { Template, Templates } from './templates.ts';
import { hasMasked, masked, ONE_TIME, withSnakeCase, type Values } from './values.ts';

export type Post = ReturnType<typeof createPost>;

interface Needs {
  readonly templates: Templates;
  readonly queue: Queue;
  readonly files: LetterFiles;
  readonly sandbox: Sandbox;
  readonly settings: ReadSettings;
  readonly clients: ClientService | undefined;
  readonly staff: StaffService | undefined;
  common(ctx: Context, lang?: string): Promise<Values>;
}

/** What staff send by hand waits so long, as it says that it is queued. */
const BY_HAND_DELAY_MS = 10 * SECOND;
const LONGEST_ERROR = 350;

/** One letter to one person, by hand. */
export interface PlainLetter {
  readonly to: string;
  readonly toName: string | undefined;
  readonly from: string;
  readonly fromName: string | undefined;
  readonly subject: string;
  readonly html: string;
  readonly clientId: number | undefined;
}

interface Person {
  readonly email: string;
  readonly name?: string | undefined;
}

export function createPost({ templates, queue, files, sandbox, settings, clients, staff, common }: Needs) {
  const office: PostOffice = {
    async send(ctx, { template: code, letter, id }: Posting) {
      const template = await templates.findByCode(ctx, code);
      if (template === undefined) throw notFound('email.unknown_template', 'Email template not found');
      if (!template.isEnabled) return;
      const people = await recipientsOf(ctx, template, letter);
      await postTo(ctx, template, people, { ...letter, id });
    },
  };

  return {
    office,

    /** Whether somebody gets it. */
    async sendTemplate(ctx: Context, letter: TemplateLetter): Promise<boolean> {
      if (letter.from !== undefined) checkEmail(letter.from);
      const addressed = await address(ctx, letter.recipient);
      const template = (await templates.findByCode(ctx, letter.code)) ?? (await makeTemplate(ctx, letter));
      if (!template.isEnabled) return false;
      const people = addressed.people ?? (await staffOf(ctx, template));
      const { vars = {}, id = randomUUID(), from, fromName } = letter;
      const { clientId, lang } = addressed;
      const sent = { vars: { ...addressed.vars, ...vars }, id: `${letter.code}-${id}`, from, fromName, clientId, lang };
      const ids = await postTo(ctx, template, people, sent);
      if (letter.isUrgent === true) for (const one of ids) await queue.send(ctx, one).catch(() => undefined);
      return people.length > 0;
    },

    async sendPlain(ctx: Context, letter: PlainLetter): Promise<void> {
      checkEmail(letter.to);
      checkEmail(letter.from);
      const email: NewEmail = {
        posting: `by-hand-${randomUUID()}`,
        recipient: letter.to,
        toName: letter.toName && oneLine(letter.toName),
        sender: letter.from,
        fromName: letter.fromName && oneLine(letter.fromName),
        subject: oneLine(letter.subject).slice(0, 255),
        html: letter.html,
        shown: undefined,
        clientId: letter.clientId,
        priority: 0,
        unsubscribeUrl: undefined,
        sendAt: later(ctx.now, BY_HAND_DELAY_MS),
      };
      await queue.add(ctx, [email], (tx) => tx.record(`Queued the email "${email.subject}" to ${email.recipient}`));
    },

    /** To the caller, at once; what the server says comes back. */
    async sendTest(ctx: Context, person: Person): Promise<void> {
      const template = await templates.findByCode(ctx, 'mod_email_test');
      if (template === undefined) throw notFound('email.unknown_template', 'Email template not found');
      const { emails } = await write(ctx, template, [person], {
        vars: { staff: person },
        id: `mod_email_test-${randomUUID()}`,
      });
      const { smtp, sendgridKey, customDsn } = await settings(ctx);
      for (const email of emails) {
        try {
          await queue.sendAtOnce(ctx, email);
        } catch (error) {
          const reason = [smtp.password, sendgridKey, customDsn]
            .filter((secret) => secret.length > 3)
            .reduce((text, secret) => text.replaceAll(secret, '********'), messageOf(error));
          throw conflict('email.transport', reason.slice(0, LONGEST_ERROR));
        }
      }
    },
  };

  interface Sent extends Pick<Letter, 'vars' | 'lang' | 'unsubscribeUrl' | 'attachment'> {
    readonly id: string;
    readonly clientId?: number | undefined;
    readonly from?: string | undefined;
    readonly fromName?: string | undefined;
  }

  async function postTo(ctx: Context, template: Template, people: readonly Person[], sent: Sent): Promise<number[]> {
    const { emails, error } = await write(ctx, template, people, sent);
    if (emails.length === 0) return [];
    return queue.add(ctx, emails, (tx: Tx) => templates.remember(tx, template, sent.vars, error));
  }

  /** An override that does not work must not lose a letter: the text of the file goes out, and the template says why. */
  async function write(
    ctx: Context,
    template: Template,
    people: readonly Person[],
    sent: Sent,
  ): Promise<{ emails: NewEmail[]; error: string | undefined }> {
    if (people.length === 0) return { emails: [], error: undefined };
    const current = await settings(ctx);
    const lang = sent.lang ?? current.locale;
    const file = template.isCustom ? undefined : files.find(template.code, lang);
    const values = { ...withSnakeCase(sent.vars), ...(await common(ctx, lang)) };
    const told = { ...values, ...('client' in values && !('c' in values) && { c: values['client'] }) };
    let error: string | undefined;
    let text = template.isOverridden || file === undefined ? template : file;
    const subject = await sandbox.line(text.subject, told).catch(async (mistake: unknown) => {
      error = messageOf(mistake);
      if (file === undefined || text === file) return refuse(ctx, template, mistake);
      text = file;
      return sandbox.line(text.subject, told);
    });
    const html = await sandbox.html(text.content, told).catch(async (mistake: unknown) => {
      error = messageOf(mistake);
      if (file === undefined || text === file) return refuse(ctx, template, mistake);
      text = file;
      return sandbox.html(text.content, told);
    });
    const shown = hasMasked(sent.vars, ONE_TIME)
      ? await sandbox.html(text.content, masked(told, ONE_TIME) as Values)
      : undefined;
    const from = sent.from ?? current.fromEmail;
    if (from === '') throw invalidInput('email.no_sender', 'The "from" email address cannot be empty');
    const emails = people.map((person) => ({
      posting: postingOf(sent.id, person, people.length),
      recipient: person.email,
      toName: person.name && oneLine(person.name),
      sender: from,
      fromName: oneLine(sent.fromName ?? current.fromName),
      subject: subject.slice(0, 255),
      html,
      shown,
      clientId: sent.clientId,
      priority: 1,
      unsubscribeUrl: isWebAddress(sent.unsubscribeUrl) ? sent.unsubscribeUrl : undefined,
      sendAt: ctx.now,
      attachment: sent.attachment,
    }));
    return { emails, error };
  }

  /** Staff see at the template why its letters do not go out. */
  async function refuse(ctx: Context, template: Template, mistake: unknown): Promise<never> {
    await atomic(ctx, (tx) => templates.fail(tx, template.id, messageOf(mistake)));
    throw mistake;
  }

  /** Letters to staff go to those of the groups that are linked to the template. */
  async function recipientsOf(ctx: Context, template: Template, letter: Letter): Promise<Person[]> {
    const people = letter.to
      .split(',')
      .map((one) => one.trim())
      .filter(isEmail)
      .map((email) => ({ email, name: letter.toName }));
    if (letter.isForStaff !== true || staff === undefined) return people;
    const wanted = new Set((await staffOf(ctx, template)).map(({ email }) => email.toLowerCase()));
    return people.filter(({ email }) => wanted.has(email.toLowerCase()));
  }

  async function staffOf(ctx: Context, template: Template): Promise<Person[]> {
    const groupIds = await templates.groupIdsOf(ctx, template.id);
    const team = groupIds.length === 0 ? [] : await staff?.listActiveIn(ctx, groupIds);
    return (team ?? []).map(({ email, name }) => ({ email, name }));
  }

  async function address(ctx: Context, recipient: TemplateLetter['recipient']) {
    if ('staff' in recipient) return { people: undefined, vars: {}, clientId: undefined, lang: undefined };
    if ('to' in recipient) {
      checkEmail(recipient.to);
      return {
        people: [{ email: recipient.to, name: recipient.toName }],
        vars: {},
        clientId: undefined,
        lang: undefined,
      };
    }
    const client = await clients?.get(ctx, recipient.clientId);
    if (client === undefined) throw notFound('client.unknown', 'Client not found');
    const name = `${client.firstName ?? ''} ${client.lastName ?? ''}`.trim();
    return { people: [{ email: client.email, name }], vars: { client }, clientId: client.id, lang: client.lang };
  }

  function makeTemplate(ctx: Context, { code, fallback = {} }: TemplateLetter): Promise<Template> {
    const subject = fallback.subject || code;
    const content = fallback.content || subject;
    const { description } = fallback;
    return templates.createForLetter(ctx, {
      code,
      category: undefined,
      isEnabled: true,
      subject,
      content,
      description,
    });
  }
}

/** For one person the posting's own name; for several one each, the same each time. */
const postingOf = (id: string, { email }: Person, of: number): string =>
  (of === 1 ? id : `${id}-${createHash('sha256').update(email.toLowerCase()).digest('hex').slice(0, 16)}`).slice(-255);

const isWebAddress = (url: string | undefined): boolean =>
  url !== undefined && /^https?:\/\/[^\s<>"\p{Cc}]+$/u.test(url);
