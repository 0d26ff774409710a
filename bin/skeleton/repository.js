// @ts-check
import { paginate } from 'tollkeeper/core/db/paginate';

/**
 * The SQL; it runs on SQLite and MySQL.
 *
 * @typedef {import('tollkeeper/core/context').Context['db']} Db
 * @typedef {import('tollkeeper/core/context').Tx['db']} TxDb
 * @typedef {{ id: number, clientId: number, text: string, wordCount: number }} Note
 * @typedef {{ id: number, client_id: number, text: string, word_count: number }} Row
 */

/**
 * @param {Row} row
 * @returns {Note}
 */
const toNote = (row) => ({ id: row.id, clientId: row.client_id, text: row.text, wordCount: row.word_count });

/** @param {Db} db */
export async function count(db) {
  const found = await db('skeleton_note').count({ total: '*' }).first();
  return Number(found?.total);
}

/**
 * @param {Db} db
 * @param {number} id
 */
export async function find(db, id) {
  const row = await db('skeleton_note').where({ id }).first();
  return row && toNote(row);
}

/**
 * @param {Db} db
 * @param {import('tollkeeper/core/db/paginate').PageRequest} page
 */
export const list = (db, page) => paginate(db('skeleton_note'), page, (query) => query.orderBy('id', 'desc'), toNote);

/**
 * @param {TxDb} db
 * @param {number} clientId
 * @param {string} text
 * @param {Date} now
 * @returns {Promise<number>}
 */
export async function insert(db, clientId, text, now) {
  const [id = 0] = await db('skeleton_note').insert({ client_id: clientId, text, word_count: 0, created_at: now });
  return id;
}

/**
 * @param {TxDb} db
 * @param {number} id
 * @param {number} words
 */
export async function setWordCount(db, id, words) {
  await db('skeleton_note').where({ id }).update({ word_count: words });
}

/**
 * @param {TxDb} db
 * @param {Date} time
 */
export async function removeBefore(db, time) {
  await db('skeleton_note').where('created_at', '<', time).del();
}
