import { defineModule } from '#core/module';
import { provide } from '#core/service';
import { adminApi } from './api/admin.ts';
import { missingNumbers } from './api/given.ts';
import { guestApi } from './api/guest.ts';
import { formService } from './contract.ts';
import { migrations } from './migrations/index.ts';
import { formMenu, formPages } from './pages.ts';
import { createForms } from './service.ts';

export const formbuilder = defineModule({
  name: 'formbuilder',
  title: 'Order forms',
  version: '1.0.0',
  description: 'What clients fill in when they order.',
  isEssential: true,
  permissions: {
    view: 'See order forms.',
    manage: 'Make, change and delete order forms.',
    manage_settings: 'Change the settings of order forms.',
  },
  tables: ['form', 'form_field'],
  migrations,
  folder: new URL('.', import.meta.url),

  setup() {
    const forms = createForms();
    const admin = adminApi(forms);
    return {
      provides: provide(formService, forms),
      api: { guest: guestApi(forms), admin },
      pages: formPages(forms, admin),
      menu: formMenu,
      errorNumbers: {
        ...missingNumbers,
        'formbuilder.style': 3657,
        'formbuilder.form_type': 3207,
        'formbuilder.field_type': 2684,
        'formbuilder.options': 3658,
        'formbuilder.name_number': 1649,
        'formbuilder.name_empty': 3502,
        'formbuilder.name_taken': 7628,
        'formbuilder.values': 1597,
        'formbuilder.labels': 1598,
        'formbuilder.textarea_size': 3510,
        'formbuilder.answer_missing': 9684,
        'formbuilder.answer_readonly': 5468,
        'formbuilder.answer_url': 1248,
        'formbuilder.config_missing': 4892,
        'formbuilder.config_choice': 4893,
        'formbuilder.config_choices': 4894,
      },
    };
  },
});
