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
  readonly refundOf: string;
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

const english: Labels = {
  invoice: 'Invoice',
  proforma: 'Proforma invoice',
  creditNote: 'Credit note',
  status: { paid: 'Paid', unpaid: 'Unpaid', refunded: 'Refunded', canceled: 'Canceled' },
  overdue: 'Overdue',
  invoiceDate: 'Invoice date',
  dueDate: 'Due date',
  paidDate: 'Paid on',
  refundOf: 'Refund of',
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
  refundOf: '退款对应发票',
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

const isChinese = (language: string): boolean => /^zh\b/i.test(language);
