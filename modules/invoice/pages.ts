import { Type } from '@sinclair/typebox';
import type { ClientActor } from '#core/actor';
import type { Context } from '#core/context';
import { clientEndpoint, guestEndpoint, ofVisit, type Endpoint, type Visit } from '#core/endpoint';
import type { PaymentPage } from '#core/gateway';
import { messageOf } from '#core/error';
import { Anything, Flag, Id, MapOf, pageRequest, Paging, Text } from '#core/schema';
import type { MenuEntry, Page } from '#core/web/page';
import type { guestPaymentApi } from './api/guest-payment.ts';
import type { Invoice, PaymentService } from './contract.ts';
import { languageOf } from './document.ts';
import { labelsFor, pageWordsFor } from './document-labels.ts';
import type { Documents } from './documents.ts';
import type { InvoiceModule } from './invoice-module.ts';
import type { InvoiceDocument } from './pdf/document.ts';
import type { ReadForVisit } from './reading.ts';
import * as invoices from './repository.ts';
import { unknownInvoice } from './service.ts';
import { totalsOf } from './totals.ts';

interface Needs {
  readonly module: Pick<InvoiceModule, 'list' | 'clients'>;
  readonly documents: Documents;
  readonly payments: PaymentService;
  readonly read: ReadForVisit;
  /** The PDF as guests get it. */
  readonly pdf: Endpoint;
}
