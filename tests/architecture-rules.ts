import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser'

const severity = 'error'
const test = '/tests/|\\.test\\.ts$'

/** What may not import what, by paths relative to the repository. Type-only and dynamic imports count. */
export const rules: readonly (IForbiddenRuleType & { name: string })[] = [
  {
    // Itself, the shared domain, its own contracts and what they are made of.
    name: 'the domain imports nothing outward',
    severity,
    from: { path: '^services/([^/]+)/domain/' },
    to: {
      pathNot: ['^services/($1|shared)/domain/', '^gen/troupe/$1/', '^node_modules/@bufbuild/protobuf/'],
    },
  },
  {
    name: 'the application reaches outward by ports only',
    severity,
    from: { path: '^services/[^/]+/application/' },
    to: { path: '^services/[^/]+/(infrastructure|presentation)/' },
  },
  {
    name: 'the infrastructure knows no presentation',
    severity,
    from: { path: '^services/[^/]+/infrastructure/' },
    to: { path: '^services/[^/]+/presentation/' },
  },
  {
    // The kernel's presentation is the host itself, with no use cases between the two.
    name: 'the presentation of a context goes through its application',
    severity,
    from: { path: '^services/(?!shared/)([^/]+)/presentation/' },
    to: { path: '^services/$1/infrastructure/' },
  },
  {
    name: 'contexts meet through contracts only',
    severity,
    from: { path: '^services/([^/]+)/' },
    to: { path: '^services/[^/]+/', pathNot: '^services/($1|shared)/' },
  },
  {
    name: 'no context and no part of the kernel knows who is hosted',
    severity,
    from: { path: '^services/[^/]+/' },
    to: { path: '^services/contexts\\.ts$|^gateway/' },
  },
  {
    name: 'only the list of contexts loads a context',
    severity,
    from: { pathNot: '^services/(contexts\\.ts$|[^/]+/tests/)' },
    to: { path: '^services/[^/]+/service\\.ts$' },
  },
  {
    name: 'the gateway knows the kernel only',
    severity,
    from: { path: '^gateway/' },
    to: { path: '^services/', pathNot: '^services/shared/' },
  },
  {
    // What nothing imports would be run by itself, or not at all.
    name: 'main is the only entry',
    severity,
    module: {
      path: '^(services|gateway)/',
      pathNot: [
        ...[test, '\\.d\\.ts$', '^services/(main|story/tales/eval)\\.ts$', '/providers/embedded/worker\\.ts$'],
        '^gateway/web/',
      ],
      numberOfDependentsLessThan: 1,
    },
    from: {},
  },
  { name: 'main is no library', severity, from: {}, to: { path: '^services/main\\.ts$' } },
  {
    name: 'what runs needs no tools and no tests',
    severity,
    from: { path: '^(services|gateway)/', pathNot: test },
    to: { path: `^(deploy|tests)/|${test}` },
  },
  { name: 'no cycles', severity, from: {}, to: { circular: true } },
  {
    // The packages of the bench's peers are installed where they are asked for.
    name: 'every import is found',
    severity,
    from: { pathNot: '^tests/bench/peers/' },
    to: { couldNotResolve: true },
  },
]

/** The modules of a repository that were read, and `rule: from → to` for each import that breaks a rule. */
export const readArchitecture = async (root: string): Promise<{ modules: string[]; violations: string[] }> => {
  const { output } = await cruise(['services', 'gateway', 'deploy', 'tests'], {
    baseDir: root,
    validate: true,
    ruleSet: { forbidden: [...rules] },
    tsPreCompilationDeps: true,
    doNotFollow: { path: '^node_modules/' },
    exclude: { path: '^tests/.*/node_modules/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types'] },
  })
  const { modules, summary } = output as ICruiseResult
  return {
    modules: modules.map(({ source }) => source),
    violations: summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`),
  }
}
