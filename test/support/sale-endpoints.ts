/** The endpoints of the contract for everything that is sold and paid (commerce spec 18; invoicing spec 6 to 8, 17 and 18). */
export const SALE_ENDPOINTS: Readonly<
  Record<string, Partial<Record<'guest' | 'client' | 'admin', readonly string[]>>>
> = {
  product: {
    guest: 'get_list get_pairs get category_get_list category_get_pairs'.split(' '),
    admin:
      'get_list get_pairs get get_types prepare update update_priority update_config addon_get_pairs addon_create addon_get addon_update addon_delete delete category_get_pairs category_update category_get category_create category_delete promo_get_list promo_create promo_get promo_duplicate promo_redemption_get_list promo_update promo_delete'.split(
        ' ',
      ),
  },
  cart: {
    guest: 'get reset set_currency get_currency apply_promo remove_promo remove_item add_item'.split(' '),
    client: 'checkout'.split(' '),
    admin: 'get_list get batch_expire'.split(' '),
  },
  order: {
    client: 'get_list get addons service upgradables delete'.split(' '),
    admin:
      'get get_list create update activate renew suspend unsuspend cancel can_cancel_at_period_end uncancel delete batch_suspend_expired batch_send_suspension_warnings batch_cancel_suspended batch_cancel_unpaid update_config service status_history_get_list status_history_add status_history_delete get_statuses get_invoice_options get_status_pairs addons batch_delete export_csv'.split(
        ' ',
      ),
  },
  serviceapikey: {
    guest: 'check get_info'.split(' '),
    client: 'reset'.split(' '),
    admin: 'update reset'.split(' '),
  },
  servicecustom: {
    client: 'call'.split(' '),
    admin: 'update'.split(' '),
  },
  servicelicense: {
    guest: 'check'.split(' '),
    client: 'reset'.split(' '),
    admin: 'plugin_get_pairs update reset'.split(' '),
  },
  servicedownloadable: {
    client: 'send_file'.split(' '),
    admin: 'upload update file_update file_delete order_file_delete config_save send_file send_order_file'.split(' '),
  },
  formbuilder: {
    guest: 'get'.split(' '),
    admin:
      'create_form add_field get_form get_form_fields get_field get_forms delete_form delete_field update_field get_pairs copy_form update_form_settings'.split(
        ' ',
      ),
  },
  invoice: {
    guest: 'get gateways payment funds_enabled pdf'.split(' '),
    client: 'get_list get renewal_invoice funds_invoice transaction_get_list get_tax_rate'.split(' '),
    admin:
      'get_list get mark_as_paid prepare approve refund update item_delete get_failed_items item_requeue delete renewal_invoice send_reminder get_statuses export_csv batch_pay_with_credits pay_with_credits batch_generate batch_activate_paid batch_send_reminders batch_invoke_due_event batch_delete batch_delete_subscription batch_delete_transaction batch_delete_tax transaction_process_all transaction_process transaction_update transaction_create transaction_delete transaction_get transaction_get_list transaction_get_statuses transaction_get_statuses_pairs transaction_statuses transaction_gateway_statuses transaction_types transaction_claim_for_processing gateway_get_list gateway_get_pairs gateway_get_available gateway_install gateway_get gateway_copy gateway_update gateway_delete subscription_get_list subscription_create subscription_update subscription_get subscription_delete tax_create tax_get tax_update tax_delete tax_get_list tax_setup_eu'.split(
        ' ',
      ),
  },
  currency: {
    guest: 'get_pairs get format'.split(' '),
    admin: 'get_list get_pairs get get_default create update is_cron_enabled update_rates delete set_default'.split(
      ' ',
    ),
  },
  cron: {
    guest: 'run'.split(' '),
    admin: 'info run save_settings regenerate_cron_hash'.split(' '),
  },
};
