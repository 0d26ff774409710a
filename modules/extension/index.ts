import { defineModule } from '#core/module';
import { adminApi } from './api/admin.ts';
import { guestApi } from './api/guest.ts';
import { createConfiguration } from './configuration.ts';
import { createLanguages } from './languages.ts';
import { extensionMenu, extensionPages } from './pages.ts';
import { createExtensionService } from './service.ts';

export const extension = defineModule({
  name: 'extension',
  title: 'Extensions',
  description: 'Activates and deactivates modules and keeps their configuration.',
  version: '1.0.0',
  isEssential: true,
  permissions: {
    view: 'See modules and languages.',
    manage_extensions: 'Activate and deactivate modules and languages.',
    uninstall_extensions: 'Uninstall modules.',
  },
  migrations: [],
  folder: new URL('.', import.meta.url),

  setup(_services, { catalog, settings, config }) {
    const extensions = createExtensionService(catalog);
    const configuration = createConfiguration(settings, catalog);
    const languages = createLanguages(settings);
    return {
      api: {
        guest: guestApi(extensions, configuration, languages),
        admin: adminApi(extensions, configuration, languages, config.baseUrl),
      },
      pages: extensionPages({ extensions, configuration, catalog, dataDir: config.dataDir }),
      menu: extensionMenu,
      errorNumbers: {
        'extension.unknown_module': 5897,
        'extension.directory': 746,
        'extension.update': 252,
        'extension.already_there': 436,
      },
    };
  },
});
