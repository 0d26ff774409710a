import assert from 'node:assert/strict';
import { DAY } from '#core/clock';
import { admin, useApp } from '../../support/app.ts';
import {
  buildApp, buildCode, check, configure, liveToken, openSandbox, send,
} from '../../support/build/extstars.ts'; // prettier-ignore

describe('extstars: what nobody needs any more', () => {
  const app = useApp({ install: ['extstars-accounts', 'gateway-sandbox'] });
  const ipsOf = async (table: string): Promise<(string | null)[]> =>
    ((await app.app.database.knex(table).orderBy('id').select('ip')) as { ip: string | null }[]).map(({ ip }) => ip);
  const donate = () => send(app, '/api/v2/donation/create', { device_id: 'web', amount: 1, pay_method: 'paypal' });
  const purge = () => app.app.scheduler.run('extstars-accounts.purge');

  it('forgets addresses after the time that staff set, and no sooner', async () => {
    await buildApp(app);
    await openSandbox(app, { ip_retention_days: 30 });
    const { code } = await buildCode(app, { max_activations: 0 });
    await liveToken(app, code, 'old');
    await donate();
    app.clock.advance(29 * DAY);
    await purge();
    assert.ok([...(await ipsOf('extstars_activation')), ...(await ipsOf('extstars_order'))].every((ip) => ip !== null));
    await liveToken(app, code, 'new');
    await donate();
    app.clock.advance(2 * DAY);

    await purge();

    assert.deepEqual(
      (await ipsOf('extstars_activation')).map((ip) => ip === null),
      [true, false],
    );
    assert.deepEqual(
      (await ipsOf('extstars_order')).map((ip) => ip === null),
      [true, false],
    );
  });

  it('forgets answers that were kept for a lost reply, and devices go on', async () => {
    await buildApp(app, { step_key_grace: 30 });
    await configure(app, {});
    const { code } = await buildCode(app);
    const token = await liveToken(app, code);
    const { data } = await check(app, token);
    app.clock.advance(2 * DAY);

    await purge();

    const [row] = (await app.app.database.knex('extstars_activation').select('answer')) as { answer: string | null }[];
    assert.equal(row?.answer, null);
    assert.equal((await check(app, token, 'device-1', { step_key: data.step_key as string })).code, 100);
    assert.equal((await app.call<{ total: number }>(admin, 'extstars/activation_get_list', { live: 1 })).total, 1);
  });
});
