import type { Endpoint } from '../endpoint.ts';

/** An endpoint with a view, or a form with a place to go afterwards. */
export interface Page {
  readonly role: 'guest' | 'client' | 'admin';
  /** `GET /apikeys/:order_id`; for admins below `/admin`. */
  readonly route: string;
  readonly endpoint: Endpoint;
  /** Below the module's `views/`, without `.liquid`. */
  readonly view?: string;
  /** Where a form leads when it succeeded; `:name` is taken from the input. */
  readonly then?: string;
}

export interface MenuEntry {
  readonly role: 'client' | 'admin';
  readonly title: string;
  readonly href: string;
  /** Smaller comes first. */
  readonly order: number;
  /** Permission key of the module without which staff do not see it. */
  readonly permission?: string;
}
