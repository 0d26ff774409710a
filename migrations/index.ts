import { datetime, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

/** The core's own tables. A released migration is never edited. */
export const coreMigrations: readonly Migration[] = [
  {
    name: '001_create_module',
    async up(db) {
      await db.schema.createTable('module', (table) => {
        table.string('name', 64).primary();
        table.string('status', 16).notNullable();
        table.string('version', 32).notNullable();
        table.string('backup', 1024);
        timestamps(table);
      });
    },
    down: (db) => db.schema.dropTable('module'),
  },
  {
    name: '002_create_outbox',
    async up(db) {
      await db.schema.createTable('outbox', (table) => {
        table.bigIncrements('id');
        table.string('event', 128).notNullable();
        table.string('subscriber', 191).notNullable();
        table.text('payload', 'longtext').notNullable();
        table.integer('attempts').notNullable();
        datetime(table, 'available_at').notNullable();
        datetime(table, 'failed_at');
        table.string('last_error', 1000);
        datetime(table, 'created_at').notNullable();
        table.index(['failed_at', 'available_at', 'id']);
      });
    },
    down: (db) => db.schema.dropTable('outbox'),
  },
  {
    name: '003_create_job_run',
    async up(db) {
      await db.schema.createTable('job_run', (table) => {
        table.string('name', 128).primary();
        /** The minute it was last due: of several processes one takes it. */
        datetime(table, 'due_at').notNullable();
        datetime(table, 'leased_until');
        table.string('holder', 36);
        datetime(table, 'started_at').notNullable();
        datetime(table, 'finished_at');
        table.integer('duration_ms');
        table.text('error');
      });
    },
    down: (db) => db.schema.dropTable('job_run'),
  },
  {
    name: '004_create_session',
    async up(db) {
      await db.schema.createTable('session', (table) => {
        /** SHA-256 of the id in the cookie: who reads the table cannot use what it holds. */
        table.string('id', 64).primary();
        table.text('content').notNullable();
        table.bigInteger('client_id').unsigned().index();
        table.bigInteger('admin_id').unsigned().index();
        datetime(table, 'created_at').notNullable();
        datetime(table, 'expires_at').notNullable().index();
      });
    },
    down: (db) => db.schema.dropTable('session'),
  },
  {
    name: '005_create_setting',
    async up(db) {
      await db.schema.createTable('setting', (table) => {
        table.bigIncrements('id');
        table.string('owner', 128).notNullable();
        table.string('name', 191).notNullable();
        table.text('value', 'longtext');
        table.boolean('is_public').notNullable().defaultTo(false);
        timestamps(table);
        table.unique(['owner', 'name']);
      });
    },
    down: (db) => db.schema.dropTable('setting'),
  },
  {
    name: '006_create_activity_system',
    async up(db) {
      await db.schema.createTable('activity_system', (table) => {
        table.bigIncrements('id');
        table.specificType('priority', 'tinyint').notNullable();
        table.bigInteger('admin_id').unsigned().index();
        table.bigInteger('client_id').unsigned().index();
        table.text('message').notNullable();
        table.string('ip', 45);
        datetime(table, 'created_at').notNullable();
      });
    },
    down: (db) => db.schema.dropTable('activity_system'),
  },
  {
    name: '007_add_session_seen',
    async up(db) {
      await db.schema.alterTable('session', (table) => {
        datetime(table, 'seen_at');
        table.string('seen_ip', 45);
      });
    },
    down: (db) =>
      db.schema.alterTable('session', (table) => {
        table.dropColumns('seen_at', 'seen_ip');
      }),
  },
];
