import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { ConfigError, loadConfig } from '#config/load';

describe('the configuration', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tollkeeper-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const load = (settings: Record<string, string> = {}) => loadConfig({ DATA_DIR: folder, ...settings });
  const mistakes = (settings: Record<string, string>): string[] => {
    try {
      load(settings);
    } catch (error) {
      assert.ok(error instanceof ConfigError);
      return error.message.split('\n');
    }
    return [];
  };

  it('has a default for everything', () => {
    const config = load();

    const { appSecret, ...rest } = config;
    assert.match(appSecret, /^[0-9a-f]{64}$/);
    assert.deepEqual(rest, {
      port: 3000,
      host: '127.0.0.1',
      baseUrl: 'http://127.0.0.1:3000/',
      dataDir: folder,
      databaseUrl: `sqlite:${join(folder, 'tollkeeper.sqlite')}`,
      redisUrl: undefined,
      mailUrl: undefined,
      admin: { email: undefined, password: undefined, apiToken: undefined },
      hasRateLimits: true,
      unlimitedPeers: [],
      hasCron: true,
      hasMetrics: false,
      logLevel: 'info',
      timeZone: 'UTC',
      trustedProxies: [],
      maxUploadBytes: 1024 * 1024 * 1024,
      modulesDir: undefined,
      processes: 1,
    });
    assert.ok(Object.isFrozen(config));
  });

  it('reads what is set', () => {
    const config = load({
      PORT: '8080',
      BASE_URL: 'https://pay.example.com//',
      DATABASE_URL: 'mysql://root@127.0.0.1/tollkeeper',
      RATE_LIMITS: 'off',
      RATE_LIMITS_EXEMPT: '192.0.2.1,2001:db8::/32',
      TZ_NAME: 'Europe/Oslo',
      TRUSTED_PROXIES: '10.0.0.0/8, 127.0.0.1',
      WEB_CONCURRENCY: '4',
    });

    assert.equal(config.port, 8080);
    assert.equal(config.baseUrl, 'https://pay.example.com/');
    assert.equal(config.databaseUrl, 'mysql://root@127.0.0.1/tollkeeper');
    assert.equal(config.hasRateLimits, false);
    assert.deepEqual(config.unlimitedPeers, ['192.0.2.1', '2001:db8::/32']);
    assert.equal(config.timeZone, 'Europe/Oslo');
    assert.deepEqual(config.trustedProxies, ['10.0.0.0/8', '127.0.0.1']);
    assert.equal(config.processes, 4);
  });

  it('takes an empty setting for an absent one', () => {
    assert.equal(load({ PORT: '', DATABASE_URL: '' }).port, 3000);
  });

  const malformed: Readonly<Record<string, readonly [value: string, sentence: RegExp]>> = {
    PORT: ['eighty', /^PORT is malformed\. Port to listen on/],
    BASE_URL: ['pay.example.com', /^BASE_URL is malformed\. /],
    DATABASE_URL: ['postgres://127.0.0.1/x', /^DATABASE_URL is malformed\. /],
    REDIS_URL: ['127.0.0.1:6379', /^REDIS_URL is malformed\. /],
    MAIL_URL: ['mail.example.com', /^MAIL_URL is malformed\. /],
    APP_SECRET: ['short', /^APP_SECRET must have at least 32 characters\.$/],
    ADMIN_EMAIL: ['ada', /^ADMIN_EMAIL is malformed\. /],
    ADMIN_PASSWORD: ['short', /^ADMIN_PASSWORD must have at least 8 characters\.$/],
    ADMIN_API_TOKEN: ['short', /^ADMIN_API_TOKEN must have at least 16 characters\.$/],
    RATE_LIMITS: ['maybe', /^RATE_LIMITS must be one of: on, off\.$/],
    RATE_LIMITS_EXEMPT: ['10.0.0.0/8, office', /^RATE_LIMITS_EXEMPT must be addresses or networks such as /],
    TRUSTED_PROXIES: ['10.0.0.0/99', /^TRUSTED_PROXIES must be addresses or networks such as /],
    CRON: ['maybe', /^CRON must be one of: on, off\.$/],
    METRICS: ['maybe', /^METRICS must be one of: on, off\.$/],
    LOG_LEVEL: ['loud', /^LOG_LEVEL must be one of: debug, info, warn, error, silent\.$/],
    TZ_NAME: ['Mars/Olympus', /^TZ_NAME must be an IANA time zone such as Europe\/Oslo\.$/],
    WEB_CONCURRENCY: ['0', /^WEB_CONCURRENCY is malformed\. /],
  };
  for (const [name, [value, sentence]] of Object.entries(malformed)) {
    it(`refuses a malformed ${name} with one sentence`, () => {
      const said = mistakes({ [name]: value });

      assert.equal(said.length, 1);
      assert.match(said[0] ?? '', sentence);
    });
  }

  it('names every mistake at once', () => {
    assert.equal(mistakes({ PORT: '-1', CRON: 'maybe', DATABSE_URL: 'x' }).length, 3);
  });

  it('notices misspelled names', () => {
    assert.deepEqual(mistakes({ DATABSE_URL: 'x' }), ['Unknown setting DATABSE_URL: did you mean DATABASE_URL?']);
    assert.deepEqual(mistakes({ TOLLKEEPER_PORT: '80' }), [
      'Unknown setting TOLLKEEPER_PORT: settings have no prefix.',
    ]);
  });

  it('lets names of other programs be', () => {
    assert.deepEqual(mistakes({ HOME: '/root', SSH_AGENT_PID: '1', PORTS: '1', DATABASE_NAME: 'x' }), []);
  });

  it('generates the secret once, for its owner only', () => {
    const first = load().appSecret;

    assert.equal(load().appSecret, first);
    assert.equal(statSync(join(folder, 'secret')).mode & 0o777, 0o600);
    assert.equal(load({ APP_SECRET: 'x'.repeat(32) }).appSecret, 'x'.repeat(32));
  });

  it('generates one secret when several processes start together', async function () {
    this.timeout(30_000);
    const program = `import { loadConfig } from '#config/load'; console.log(loadConfig(process.env).appSecret);`;
    const file = join(import.meta.dirname, '../..');
    const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    const args = ['--conditions', 'source', '--import', loader, '--input-type=module', '--eval', program];
    const start = () =>
      promisify(execFile)(process.execPath, args, { cwd: file, env: { PATH: process.env['PATH'], DATA_DIR: folder } });

    const secrets = (await Promise.all([start(), start(), start()])).map(({ stdout }) => stdout.trim());

    assert.equal(new Set(secrets).size, 1);
    assert.deepEqual(readdirSync(folder), ['secret']);
    assert.equal(readFileSync(join(folder, 'secret'), 'utf8'), secrets[0]);
  });

  it('says that DATA_DIR cannot be used', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');

    const [sentence = ''] = mistakes({ DATA_DIR: join(file, 'data') });

    assert.match(sentence, /^DATA_DIR cannot be used: .+\.$/);
  });
});
