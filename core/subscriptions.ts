import type { Subscriber, Subscriptions } from './bus.ts';
import type { LoadedModule } from './boot.ts';
import type { Mailer } from './mailer.ts';
import type { Mail } from './listener.ts';
import type { Posting } from './post-office.ts';
import type { Context } from './context.ts';
import type { Renderer } from './web/render.ts';

/** The words a letter of any module needs of the shop that sends it. */
export interface Sender {
  readonly email: string;
  readonly company: string;
  readonly signature: string;
  readonly baseUrl: string;
}

/** Who is told of what, as far as their modules are active. Built once; a look-up is two maps. */
export function createSubscriptions(
  loaded: readonly LoadedModule[],
  isActive: (module: string) => boolean,
  letters: { readonly mailer: Mailer; readonly renderer: Renderer; sender(): Promise<Sender> },
): Subscriptions {
  const all = loaded.flatMap(({ module, contributions }) => [
    ...(contributions.listeners ?? []).map((listener) => ({
      module: module.name,
      event: listener.event,
      subscriber: { id: `${module.name}.${listener.name}`, run: listener.run } satisfies Subscriber,
    })),
    ...(contributions.mails ?? []).map((mail) => ({
      module: module.name,
      event: mail.event,
      subscriber: letterWriter(module.name, module.folder, mail),
    })),
  ]);
  const byId = new Map(all.map((one) => [one.subscriber.id, one]));
  const hooks = loaded.flatMap(({ module, contributions }) =>
    (contributions.hooks ?? []).map((hook) => ({ module: module.name, hook })),
  );

  const echoes = loaded.flatMap(({ module, contributions }) =>
    (contributions.echoes ?? []).map((echo) => ({ module: module.name, echo })),
  );

  function letterWriter(module: string, folder: URL | undefined, mail: Mail): Subscriber {
    return {
      id: `${module}.mail:${mail.event}:${mail.template}`,
      async run(ctx, payload, deliveryId) {
        const letter = await mail.write(ctx, payload);
        // Not everyone has an address to write to.
        if (letter === undefined || letter.to === '' || folder === undefined) return;
        const id = `${module}-${mail.template}-${deliveryId}`;
        await post(ctx, { module, template: mail.template, folder, letter, id });
      },
    };
  }

  async function post(ctx: Context, posting: Posting): Promise<void> {
    const office = loaded.find((one) => one.contributions.postOffice !== undefined && isActive(one.module.name));
    if (office?.contributions.postOffice !== undefined) return office.contributions.postOffice.send(ctx, posting);
    const { folder, template, letter, id } = posting;
    const sender = await letters.sender();
    const { subject, body } = await letters.renderer.letter(folder, template, { ...letter.vars, sender });
    const { to, toName, attachment } = letter;
    await letters.mailer.send(
      { to, toName, from: sender.email, fromName: sender.company, subject, html: body, attachment },
      id,
    );
  }

  return {
    subscribersOf: (event) =>
      all.filter((one) => one.event === event && isActive(one.module)).map((one) => one.subscriber),
    subscriber(id) {
      const found = byId.get(id);
      return found !== undefined && isActive(found.module) ? found.subscriber : undefined;
    },
    hooksOf: (name) =>
      hooks.filter(({ module, hook }) => hook.hook === name && isActive(module)).map(({ hook }) => hook),
    echoesOf: (name) =>
      echoes.filter(({ module, echo }) => echo.of === name && isActive(module)).map(({ echo }) => echo),
  };
}
