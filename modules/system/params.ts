import type { AdminActor } from '#core/actor';
import { holds } from '#core/actor';
import { AppError, invalidInput } from '#core/error';

/** As the spec of the settings names them (C8): who may change which. */
const COMPANY_DETAILS = [
  'company_name',
  'company_email',
  'company_tel',
  'company_address_1',
  'company_address_2',
  'company_address_3',
  'company_logo',
  'company_logo_dark',
  'company_favicon',
  'company_number',
  'company_vat_number',
  'company_account_number',
  'company_bank_name',
  'company_bic',
  'company_display_bank_info',
  'company_bank_info_pagebottom',
  'hide_company_public',
  'company_signature',
];
const COMPANY_LEGAL = ['company_tos', 'company_privacy_policy', 'company_note'];

/** ASCII only, since MySQL takes `Company_Name` and `còmpany_name` for the same name: the rights below could be passed by. */
const NAME = /^[\w.-]{1,191}$/;

/** What was sent as it is stored: texts. Refuses all of it when one of it is not allowed. */
export function readParams(sent: Readonly<Record<string, unknown>>, { rights }: AdminActor): [string, string | null][] {
  return Object.entries(sent).map(([name, value]) => {
    if (!NAME.test(name)) throw invalidInput('system.param_name', `Parameter name "${name.slice(0, 191)}" is invalid.`);
    const key = keyFor(name.toLowerCase());
    if (key !== undefined && !holds(rights, 'system', key)) throw notAllowed(name);
    return [name, toText(name, value)];
  });
}

function keyFor(name: string): string | undefined {
  if (COMPANY_DETAILS.includes(name)) return 'manage_company_details';
  return COMPANY_LEGAL.includes(name) ? 'manage_company_legal' : undefined;
}

function toText(name: string, value: unknown): string | null {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? '1' : '';
  if (typeof value === 'number') return String(value);
  throw invalidInput('input.invalid', `Parameter "${name}" is invalid.`);
}

const notAllowed = (name: string): AppError =>
  new AppError('forbidden', 'system.param_forbidden', `You do not have permission to update the parameter ${name}`);
