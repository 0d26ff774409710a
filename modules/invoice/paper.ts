import { join } from 'node:path';
import type { Contributions } from '#core/module';
import type { Toolbox } from '#core/toolbox';
import type { ClientService } from '#modules/client/contract';
import type { CurrencyService } from '#modules/currency/contract';
import { guestPdfApi } from './api/guest-pdf.ts';
import type { PaymentService } from './contract.ts';
import { createDocuments } from './documents.ts';
import type { InvoiceModule } from './invoice-module.ts';
import { letters } from './mail.ts';
import { invoiceMenu, invoicePages } from './pages.ts';
import { createReading, type ReadForVisit } from './reading.ts';

interface Needs {
  readonly module: InvoiceModule;
  readonly payments: PaymentService;
  readonly clients: ClientService;
  readonly currencies: CurrencyService;
}

interface Paper extends Required<Pick<Contributions, 'pages' | 'menu' | 'mails'>> {
  readonly guest: ReturnType<typeof guestPdfApi>;
  readonly read: ReadForVisit;
}

/** What the module adds for people who read: the PDF, the pages and the letters. */
export function createPaperSide(
  { module, payments, clients, currencies }: Needs,
  { config, settings, limits, secrets }: Pick<Toolbox, 'config' | 'settings' | 'limits' | 'secrets'>,
): Paper {
  const { rules, views } = module;
  const documents = createDocuments({
    clients,
    currencies,
    settings,
    rules,
    timeZone: config.timeZone,
    website: config.baseUrl.replace(/\/$/, ''),
    publicFolder: join(config.dataDir, 'public'),
  });
  const read = createReading({ limits, rules });
  const guest = guestPdfApi(documents, read);
  return {
    guest,
    read,
    pages: invoicePages({ module, documents, payments, read, pdf: guest.pdf, secrets }),
    menu: invoiceMenu,
    mails: letters({ clients, views, documents, rules }),
  };
}
