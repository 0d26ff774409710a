// @ts-check
import { atomic } from 'tollkeeper/core/context';
import { conflict } from 'tollkeeper/core/error';
import { defineEvent } from 'tollkeeper/core/event';
import { Id } from 'tollkeeper/core/schema';
import { Type } from 'tollkeeper/core/type';
import * as rows from './repository.js';

/**
 * @typedef {import('tollkeeper/core/context').Context} Context
 * @typedef {import('tollkeeper/core/context').Context<import('tollkeeper/core/actor').ClientActor>} ClientContext
 */

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/** A fact, told to listeners once it is committed. */
export const noteAdded = defineEvent('skeleton.note_added', Type.Object({ noteId: Id }));

/** The rules. @param {import('tollkeeper/core/settings').SettingStore} settings */
export const createNotes = (settings) => ({
  /** @param {Context} ctx */
  count: (ctx) => rows.count(ctx.db),

  /**
   * @param {Context} ctx
   * @param {import('tollkeeper/core/db/paginate').PageRequest} page
   */
  list: (ctx, page) => rows.list(ctx.db, page),

  /**
   * The note and the event are committed together or not at all.
   *
   * @param {ClientContext} ctx
   * @param {string} text
   */
  async add(ctx, text) {
    const { is_open: isOpen = true } = await settings.config(ctx, 'mod_skeleton');
    if (!isOpen) throw conflict('skeleton.closed', 'No notes are taken at the moment.');
    return atomic(ctx, async (tx) => {
      const noteId = await rows.insert(tx.db, tx.actor.id, text, tx.now);
      await tx.emit(noteAdded, { noteId });
      return noteId;
    });
  },

  /**
   * May run twice for one note, as every listener may.
   *
   * @param {Context} ctx
   * @param {number} noteId
   */
  async countWords(ctx, noteId) {
    const note = await rows.find(ctx.db, noteId);
    if (note === undefined) return;
    const words = note.text.split(/\s+/).filter((word) => word !== '').length;
    await atomic(ctx, (tx) => rows.setWordCount(tx.db, noteId, words));
  },

  /** Notes are kept for a year. @param {Context} ctx */
  forgetOld: (ctx) => atomic(ctx, (tx) => rows.removeBefore(tx.db, new Date(tx.now.getTime() - YEAR_MS))),
});
