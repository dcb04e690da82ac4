/**
 * The house's one-way streets, checked by `npm run check`. Each rule's comment names the right way.
 *   contract <- core <- { main, web, cli }   contract <- preload   contract <- renderer
 *   inside renderer: api <- store <- ui <- features
 *   inside core: db <- queue; process <- logs <- launcher; queue, process <- host; all of them <- run;
 *   queue <- insight; configuration, queue <- fill; run, insight, fill <- commands <- core.ts
 */
const layer = (name, from, to, comment, except = []) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: to, ...(except.length > 0 ? { pathNot: except } : {}) },
})

module.exports = {
  forbidden: [
    layer(
      'contract-is-pure',
      '^src/contract',
      '^src/(?!contract)',
      'The contract imports nothing of ours and no node module: move what you need into src/contract, or the caller into src/core.',
    ),
    {
      name: 'no-node-in-contract-or-renderer',
      severity: 'error',
      comment: 'The contract and the renderer run in a browser: put file and process work into src/core.',
      from: { path: '^src/(contract|renderer)/' },
      to: { dependencyTypes: ['core'] },
    },
    layer(
      'core-is-headless',
      '^src/core',
      '^(src/(main|web|cli|preload|renderer)/|node_modules/(electron|react)/)',
      'The core knows no window, page or terminal: let the host subscribe to core events instead.',
    ),
    layer(
      'hosts-do-not-know-each-other',
      '^src/main/',
      '^src/(web|cli)/',
      'Hosts meet only in the core: move what both need into src/core.',
    ),
    layer(
      'web-is-a-host',
      '^src/web/',
      '^src/(main|cli)/',
      'Hosts meet only in the core: move what both need into src/core.',
    ),
    layer(
      'preload-is-a-keyhole',
      '^src/preload/',
      '^src/(?!preload|contract)',
      'Preload may import the contract and nothing else.',
    ),
    layer(
      'renderer-sees-the-contract',
      '^src/renderer/',
      '^src/(?!renderer|contract)',
      'The renderer talks through src/contract/api.ts; it has no file system and no core.',
    ),
    layer(
      'renderer-api-is-the-ground',
      '^src/renderer/api/',
      '^src/renderer/(?!api/)',
      'The transport imports the contract only: call it from src/renderer/store.',
    ),
    layer(
      'store-draws-nothing',
      '^src/renderer/store/',
      '^src/renderer/(?!api/|store/)',
      'The store may import api: words belong to src/contract, components to src/renderer/ui.',
    ),
    layer(
      'ui-knows-no-feature',
      '^src/renderer/ui/',
      '^src/renderer/(?!api/|store/|ui/|icon\\.svg)',
      'What several features share stands in ui: it imports store and api, never a feature.',
    ),
    layer(
      'features-are-strangers',
      '^src/renderer/features/([^/]+)/',
      '^src/renderer/features/([^/]+)/',
      'Features never import each other: lift what both need into src/renderer/ui or src/renderer/store.',
      ['^src/renderer/features/$1/'],
    ),
    layer(
      'electron-only-in-main',
      '^src/(?!main|preload)',
      'node_modules/electron/',
      'electron is imported only in src/main and src/preload.',
    ),
    layer(
      'sqlite-only-in-db-and-queue',
      '^src/(?!core/(db|queue)/)',
      'node_modules/better-sqlite3/',
      'SQL lives in src/core/db and src/core/queue: add a store or query function there and call it.',
    ),
    layer(
      'db-is-the-ground',
      '^src/core/db/',
      '^src/core/(queue|host|launcher|logs|run|insight|commands|core\\.ts|configuration)',
      'db imports nothing above it.',
    ),
    layer(
      'queue-stands-on-db',
      '^src/core/queue/',
      '^src/core/(host|launcher|logs|run|insight|commands|core\\.ts)',
      'queue may import db and contract: pass what it needs as an argument.',
    ),
    layer(
      'process-is-the-ground',
      '^src/core/process/',
      '^src/core/(?!process|clock|failpoint)',
      'process knows pids and nothing of batches: pass what it needs as an argument.',
    ),
    layer(
      'logs-are-files',
      '^src/core/logs/',
      '^src/core/(?!logs|db|queue|process|clock|failpoint)',
      'logs may import queue and process.',
    ),
    layer(
      'launcher-starts-processes',
      '^src/core/launcher/',
      '^src/core/(?!launcher|logs|process|clock|failpoint)',
      'launcher may import logs and process; it knows attempts, not batches: have run/ hand in what it needs.',
    ),
    layer(
      'host-holds-the-lease',
      '^src/core/host/',
      '^src/core/(?!host|process|queue|db|clock|failpoint)',
      'host may import process, queue and db.',
    ),
    layer(
      'run-and-insight-are-siblings',
      '^src/core/run/',
      '^src/core/(insight|commands|core\\.ts)',
      'run may import host, launcher, logs, process, queue and db: have core.ts hand in what it needs.',
    ),
    layer(
      'fill-makes-jobs',
      '^src/core/fill/',
      '^src/core/(host|launcher|logs|run|insight|commands|core\\.ts)',
      'fill may import configuration, queue and db: have core.ts or commands hand in what it needs.',
    ),
    layer(
      'insight-reads',
      '^src/core/insight/',
      '^src/core/(host|launcher|logs|run|commands|core\\.ts)',
      'insight may import queue and db.',
    ),
    layer(
      'commands-are-below-core',
      '^src/core/commands/',
      '^src/core/core\\.ts',
      'core.ts composes the commands, not the other way round.',
    ),
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Break the circle: move the shared part below both.',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.mjs'] },
  },
}
