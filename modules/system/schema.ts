import { Type, type Static } from '@sinclair/typebox';
import { DateTime, MapOf, Or } from '#core/schema';
import type { Notice } from './notices.ts';

const Nullable = Or(Type.String());
/** Absent for strangers while the company is hidden. */
const Hideable = Type.Optional(Nullable);

export const CompanyView = Type.Object({
  www: Type.String(),
  name: Nullable,
  email: Hideable,
  tel: Hideable,
  signature: Nullable,
  logo_url: Nullable,
  logo_url_dark: Nullable,
  favicon_url: Nullable,
  address_1: Hideable,
  address_2: Hideable,
  address_3: Hideable,
  account_number: Hideable,
  bank_name: Hideable,
  bic: Hideable,
  display_bank_info: Nullable,
  bank_info_pagebottom: Nullable,
  number: Hideable,
  note: Nullable,
  privacy_policy: Nullable,
  tos: Nullable,
  vat_number: Hideable,
});

export const PaginatorView = Type.Object({
  currentpage: Type.Integer(),
  numpages: Type.Integer(),
  midrange: Type.Integer(),
  range: Type.Array(Type.Integer()),
  start: Type.Integer(),
  end: Type.Integer(),
});

export const LocalizationView = Type.Object({ locale: Type.String(), auto_detect_locale: Type.Boolean() });

export const NoticeView = Type.Object({
  type: Type.String(),
  title: Type.String(),
  message: Type.String(),
  buttons: Type.Array(Type.Object({ link: Type.String(), text: Type.String(), type: Type.String() })),
  dismissible: Type.Boolean(),
});
export const presentNotice = (notice: Notice): Static<typeof NoticeView> => ({
  ...notice,
  buttons: [],
  dismissible: true,
});

const EnvironmentView = Type.Object({
  folders: MapOf(Type.Boolean()),
  files: MapOf(Type.Boolean()),
  required_extensions: MapOf(Type.Boolean()),
  suggested_extensions: MapOf(Type.Object({ loaded: Type.Boolean(), message: Type.String() })),
  php_version: Type.Object({ isOk: Type.Boolean(), version: Type.String(), min_version: Type.String() }),
  can_install: Type.Boolean(),
  last_patch: Type.String(),
});
/** Asked for the address, it is only that. */
export const EnvView = Type.Union([EnvironmentView, Type.String()]);

/** The words of the contract; what they say of PHP is here said of Node. */
export const presentEnv = (
  folders: Record<string, boolean>,
  node: { version: string; minimum: string },
  lastPatch: string,
): Static<typeof EnvironmentView> => ({
  folders,
  files: {},
  required_extensions: {},
  suggested_extensions: {},
  php_version: { isOk: true, version: node.version, min_version: node.minimum },
  can_install: Object.values(folders).every(Boolean),
  last_patch: lastPatch,
});

export const UpdateView = Type.Object({
  version: Type.String(),
  download_url: Nullable,
  release_date: Nullable,
  release_notes: Type.String(),
  update_type: Type.Integer(),
  last_check: DateTime,
  next_check: DateTime,
  branch: Type.String(),
  minimum_php_version: Type.String(),
  digest: Nullable,
  current_php_version: Type.String(),
  php_version_supported: Type.Boolean(),
  readiness: Type.Object({
    can_update: Type.Boolean(),
    issues: Type.Array(
      Type.Object({ path: Type.String(), type: Type.String(), reason: Type.String(), message: Type.String() }),
    ),
  }),
});
/** This engine is updated by whoever runs it, not over HTTP: there is never anything to fetch. */
export const presentUpdate = (
  version: string,
  node: { version: string; minimum: string },
  now: Date,
): Static<typeof UpdateView> => ({
  version,
  download_url: null,
  release_date: null,
  release_notes: '',
  update_type: 0,
  last_check: now,
  next_check: now,
  branch: 'release',
  minimum_php_version: node.minimum,
  digest: null,
  current_php_version: node.version,
  php_version_supported: true,
  readiness: { can_update: false, issues: [] },
});

export const FinalizationView = Type.Object({
  required: Type.Boolean(),
  status: Type.String(),
  current_version: Type.String(),
  state: Or(Type.Object({})),
  pending_patches: Or(Type.Integer()),
});
