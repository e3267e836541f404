/** The import directions of the house: app and extension -> features -> components, stores -> api -> domain. */
const rooms = (names) => `^src/(${names.join('|')})/`;
const tests = '\\.test\\.ts$|/testing/';

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'domain-stands-alone', severity: 'error', from: { path: rooms(['domain']), pathNot: tests }, to: { pathNot: rooms(['domain']) } },
    { name: 'api-knows-domain', severity: 'error', from: { path: rooms(['api']) }, to: { path: rooms(['stores', 'components', 'features', 'app']) } },
    { name: 'stores-know-api', severity: 'error', from: { path: rooms(['stores']) }, to: { path: rooms(['components', 'features', 'app']) } },
    { name: 'components-know-no-store', severity: 'error', from: { path: rooms(['components']) }, to: { path: rooms(['api', 'stores', 'features', 'app']) } },
    { name: 'features-know-no-app', severity: 'error', from: { path: rooms(['features']) }, to: { path: rooms(['app']) } },
    { name: 'src-knows-no-package', severity: 'error', from: { path: '^src/', pathNot: tests }, to: { path: '^pkg/' } },
    { name: 'simulator-shares-only-types', severity: 'error', from: { path: '^pkg/harvester-simulator/' }, to: { path: '^src/', dependencyTypesNot: ['type-only'] } },
    { name: 'simulator-knows-no-room-but-domain', severity: 'error', from: { path: '^pkg/harvester-simulator/' }, to: { path: '^src/(?!domain/)' } },
    { name: 'extension-knows-no-simulator', severity: 'error', from: { path: '^pkg/harvester-longhorn-v2/' }, to: { path: '^pkg/harvester-simulator/' } },
    { name: 'extension-knows-no-app', severity: 'error', from: { path: '^pkg/harvester-longhorn-v2/' }, to: { path: '^src/app/' } },
    { name: 'axios-only-at-the-top', severity: 'error', from: { path: '^(src/(domain|api|stores|components|features)|pkg/harvester-longhorn-v2)/', pathNot: tests }, to: { path: 'node_modules/axios', dependencyTypesNot: ['type-only'] } }
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(node_modules|dist|dist-pkg)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] }
  }
};
