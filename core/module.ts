import type { Context } from './context.ts';
import type { Demo } from './demo.ts';
import type { Authenticator, Recognizer } from './authenticator.ts';
import type { Endpoint, Role } from './endpoint.ts';
import type { Gateway } from './gateway.ts';
import type { Dialect } from './http/dialect.ts';
import type { Gate } from './http/gate.ts';
import type { Pace } from './http/dispatch.ts';
import type { Job } from './job.ts';
import type { Echo, Hook, Listener, Mail } from './listener.ts';
import type { Manifest } from './manifest.ts';
import type { Plug } from './plugin.ts';
import type { PostOffice } from './post-office.ts';
import type { ProductType } from './product.ts';
import type { Provision, Resolved, Uses } from './service.ts';
import type { Toolbox } from './toolbox.ts';
import type { MenuEntry, Page, SignIn } from './web/page.ts';
import type { Search } from './web/search.ts';
import type { Widget } from './web/widget.ts';

/** A module: what it is, what it needs, and how it starts. */
export interface Module<U extends Uses = Uses> extends Manifest {
  /** Services of other modules. Those start first; a missing one or a circle stops the boot. */
  readonly uses?: U;
  /** Called once per process. Builds and returns; it neither reads the database nor starts anything. */
  setup(services: Resolved<U>, toolbox: Toolbox): Contributions;
}

/** What a module adds while it is active. Every part is optional. */
export interface Contributions {
  /** The service it lends to other modules. */
  readonly provides?: Provision;
  /** `/api/{role}/{module}/{method}`. */
  readonly api?: Api;
  /** Numbers of the FOSSBilling wire for this module's error codes; without one an error is 9999. */
  readonly errorNumbers?: Readonly<Record<string, number>>;
  /** Other paths, in other dialects. */
  readonly mounts?: readonly Mount[];
  /** HTML for admins and clients. */
  readonly pages?: readonly Page[];
  readonly menu?: readonly MenuEntry[];
  /** What the search of the staff's panel finds. */
  readonly search?: readonly Search[];
  /** Cards of the staff's dashboard. */
  readonly widgets?: readonly Widget[];
  /** How the people this module owns sign in on a page. */
  readonly signIn?: SignIn;
  /** What an order of such a product does. */
  readonly productTypes?: readonly ProductType[];
  /** Ways to be paid. */
  readonly gateways?: readonly Gateway[];
  /** What it adds to the sockets of other modules. */
  readonly plugins?: readonly Plug[];
  /** Before: may refuse, inside the transaction. */
  readonly hooks?: readonly Hook[];
  /** After: cannot refuse, once it is committed. */
  readonly listeners?: readonly Listener[];
  readonly mails?: readonly Mail[];
  /** Repeats events and hooks of any module in the words of a foreign contract. */
  readonly echoes?: readonly Echo[];
  /** Takes over the sending of letters; while no active module does, the core sends them itself. */
  readonly postOffice?: PostOffice;
  readonly jobs?: readonly Job[];
  /** Who may come in at all, as staff set it. */
  readonly gate?: Gate;
  /** Who is calling. */
  readonly authenticators?: readonly Authenticator[];
  /** Secrets of its own by which clients are known at its mounts. */
  readonly recognizers?: readonly Recognizer[];
  /** Makes what must be there, such as the first administrator. Called after the migrations of each start, in one process at a time. */
  readonly prepare?: (ctx: Context) => Promise<void>;
  /** What `tollkeeper doctor` asks this module: each sentence is a finding. */
  readonly checks?: readonly Check[];
  /** What `tollkeeper demo` makes up for it. */
  readonly demo?: Demo;
}

/** The endpoints of each role; the keys are the methods on the wire. */
export interface Api {
  /** The module's name on the wire, where that is not its own. */
  readonly as?: string;
  readonly guest?: Readonly<Record<string, Endpoint>>;
  readonly client?: Readonly<Record<string, Endpoint>>;
  readonly admin?: Readonly<Record<string, Endpoint>>;
  /** For methods whose names are not known beforehand, such as those of plugins; asked after all of the above. */
  readonly otherwise?: (role: Role, method: string) => Endpoint | undefined;
}

/** Endpoints at other paths: `{ dialect, at: '/customer/v2', routes: { 'GET /licenses/:license': api.get } }`. */
export interface Mount {
  readonly dialect: Dialect;
  readonly at: string;
  /** A literal part comes before a name: `/licenses/locations` before `/licenses/:license`. */
  readonly routes: Readonly<Record<string, Endpoint>>;
  readonly pace: Pace;
}

/** A property of the data that must hold, such as "every service row has its order". */
export interface Check {
  readonly name: string;
  run(ctx: Context): Promise<readonly string[]>;
}

/** Infers the services of `uses` for the argument of `setup`. */
export const defineModule = <const U extends Uses = Record<never, never>>(module: Module<U>): Module<U> => module;
