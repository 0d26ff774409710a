/** The words on a printed invoice. */
export interface Labels {
  readonly invoice: string;
  readonly proforma: string;
  readonly creditNote: string;
  readonly status: Readonly<Record<string, string>>;
  readonly overdue: string;
  readonly invoiceDate: string;
  readonly dueDate: string;
  readonly paidDate: string;
  readonly seller: string;
  readonly buyer: string;
  readonly vatNumber: string;
  readonly companyNumber: string;
  readonly phone: string;
  readonly email: string;
  readonly columns: Readonly<Record<'position' | 'title' | 'quantity' | 'price' | 'tax' | 'total', string>>;
  readonly subtotal: string;
  readonly tax: string;
  readonly total: string;
  readonly credit: string;
  readonly due: string;
  readonly bank: string;
  readonly bankName: string;
  readonly accountNumber: string;
  readonly bic: string;
  readonly reference: string;
}

/** What stands around an invoice on its pages. */
export interface PageWords {
  readonly invoices: string;
  readonly none: string;
  readonly number: string;
  readonly status: string;
  readonly pay: string;
  readonly payWith: string;
  readonly download: string;
  readonly print: string;
  readonly back: string;
  readonly thanks: string;
  readonly isPaid: string;
  readonly isAwaited: string;
  readonly isGivenUp: string;
  readonly lookAgain: string;
  readonly goOn: string;
  readonly cannotPay: string;
  readonly newer: string;
  readonly older: string;
}

const english: Labels = {
  invoice: 'Invoice',
  proforma: 'Proforma invoice',
  creditNote: 'Credit note',
  status: { paid: 'Paid', unpaid: 'Unpaid', refunded: 'Refunded', canceled: 'Canceled' },
  overdue: 'Overdue',
  invoiceDate: 'Invoice date',
  dueDate: 'Due date',
  paidDate: 'Paid on',
  seller: 'From',
  buyer: 'Bill to',
  vatNumber: 'VAT number',
  companyNumber: 'Registration number',
  phone: 'Phone',
  email: 'Email',
  columns: { position: '#', title: 'Description', quantity: 'Quantity', price: 'Price', tax: 'Tax', total: 'Amount' },
  subtotal: 'Subtotal',
  tax: 'Tax',
  total: 'Total',
  credit: 'Paid from balance',
  due: 'Amount due',
  bank: 'Bank details',
  bankName: 'Bank',
  accountNumber: 'Account number',
  bic: 'BIC',
  reference: 'Reference',
};

const chinese: Labels = {
  invoice: '账单',
  proforma: '形式发票',
  creditNote: '退款单',
  status: { paid: '已付款', unpaid: '未付款', refunded: '已退款', canceled: '已取消' },
  overdue: '已逾期',
  invoiceDate: '开具日期',
  dueDate: '付款期限',
  paidDate: '付款日期',
  seller: '销售方',
  buyer: '购买方',
  vatNumber: '纳税人识别号',
  companyNumber: '注册号',
  phone: '电话',
  email: '邮箱',
  columns: { position: '#', title: '项目', quantity: '数量', price: '单价', tax: '税率', total: '金额' },
  subtotal: '小计',
  tax: '税额',
  total: '合计',
  credit: '余额抵扣',
  due: '应付金额',
  bank: '银行账户',
  bankName: '开户行',
  accountNumber: '账号',
  bic: 'BIC',
  reference: '付款附言',
};

/** Chinese in any of its spellings is in simplified characters; all else is in English. */
export const labelsFor = (language: string): Labels => (isChinese(language) ? chinese : english);

const englishPages: PageWords = {
  invoices: 'Invoices',
  none: 'There are no invoices yet',
  number: 'Number',
  status: 'Status',
  pay: 'Pay',
  payWith: 'Pay with',
  download: 'Download PDF',
  print: 'Print view',
  back: 'Back to the invoice',
  thanks: 'Thank you',
  isPaid: 'We have received your payment.',
  isAwaited: 'We have not heard of your payment yet. It can take a few minutes.',
  isGivenUp: 'The payment was not made. You can try again at any time.',
  lookAgain: 'Look again',
  goOn: 'Continue to',
  cannotPay: 'There is no way to pay this invoice online. Please contact us.',
  newer: 'Newer',
  older: 'Older',
};

const chinesePages: PageWords = {
  invoices: '账单',
  none: '暂无账单',
  number: '编号',
  status: '状态',
  pay: '付款',
  payWith: '付款方式',
  download: '下载 PDF',
  print: '打印版',
  back: '返回账单',
  thanks: '感谢您',
  isPaid: '我们已收到您的付款。',
  isAwaited: '我们尚未收到付款通知，可能需要几分钟。',
  isGivenUp: '付款未完成，您可以随时重试。',
  lookAgain: '刷新状态',
  goOn: '前往',
  cannotPay: '此账单暂无可用的在线付款方式，请联系我们。',
  newer: '上一页',
  older: '下一页',
};

export const pageWordsFor = (language: string): PageWords => (isChinese(language) ? chinesePages : englishPages);

const isChinese = (language: string): boolean => /^zh\b/i.test(language);
