import type { Endpoint } from '../endpoint.ts';
import type { Sent } from '../schema.ts';

/** An endpoint with a view, or a form with a place to go afterwards. */
export interface Page {
  readonly role: 'guest' | 'client' | 'admin';
  /** `GET /apikeys/:order_id`; for admins below `/admin`. A `GET` only shows: it needs no CSRF token. */
  readonly route: string;
  /** Need not be one of the API: what only a page shows has an endpoint of its own. */
  readonly endpoint: Endpoint;
  /** Below the module's `views/`, without `.liquid`. */
  readonly view?: string;
  /**
   * Where a form leads when it succeeded; `:name` is taken from the input, and a field `next` wins. A form that failed
   * is shown again with its message: on the page of its own path, or where there is none on this one.
   */
  readonly then?: string;
  /** Key of the words that the next page shows when the form succeeded. */
  readonly says?: string;
  /** Where who may not see it is sent, in place of the error page. */
  readonly otherwise?: string;
  /** Where the browser goes in place of the view or of `then`, as to somebody who takes money. */
  readonly leavesFor?: (result: unknown, sent: Sent) => string | undefined;
  /** Origin that forms on this page may be sent to beside our own. */
  readonly formsTo?: (result: unknown) => string | undefined;
}

export interface MenuEntry {
  /** A guest's are for everyone who is not in the panel. */
  readonly role: 'guest' | 'client' | 'admin';
  /** A key of the module's words, or the title itself. */
  readonly title: string;
  readonly href: string;
  /** Smaller comes first. */
  readonly order: number;
  /** Permission key of the module without which staff do not see it. */
  readonly permission?: string;
  /** Heading of the panel's sidebar below which it stands; without one it comes last. */
  readonly group?: MenuGroup;
}

/** In the order of the sidebar. */
export const MENU_GROUPS = ['clients', 'sales', 'catalogue', 'messages', 'system'] as const;
export type MenuGroup = (typeof MENU_GROUPS)[number];

/** How people of a role sign in: gives them `/login` or `/admin/login`. Contributed by the module that owns them. */
export interface SignIn {
  readonly role: 'client' | 'admin';
  /** Open to guests; takes `email` and `password` and answers with `signedIn(…)`, or `halfSignedIn(…)` when a code must follow. */
  readonly endpoint: Endpoint;
  /** The code of who is half signed in: open to guests; takes `code`. */
  readonly second?: Endpoint;
  /** Where those go who cannot sign in yet; `title` is a key of the core's words or the title itself. */
  readonly beside?: readonly { readonly title: string; readonly href: string }[];
}
