import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { root } from '../deploy/local/data-folder.ts'
import { readArchitecture } from './architecture-rules.ts'

const isFunction = (node: ts.Node): boolean => ts.isArrowFunction(node) || ts.isFunctionExpression(node)
const isProperty = (node: ts.Node): boolean => ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)

/** Where a file assigns a function, as it is written, to a property: `path:line`. */
const assignedFunctions = (path: string, text: string): string[] => {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    const isAssignment =
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
      node.operatorToken.kind <= ts.SyntaxKind.LastAssignment
    if (isAssignment && isProperty(node.left) && isFunction(node.right)) {
      found.push(`${path}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

// V8 takes it for a method of a prototype and makes it old from the beginning: it, and all that it refers to, stays until
// the next full collection, which then comes many times as often. Named first and assigned then, it dies young.
test('nothing that runs in the mesh assigns a function to a property', async () => {
  const { modules } = await readArchitecture(root)
  const served = modules.filter((path) => /^(services|gateway)\/.*\.ts$/.test(path) && !path.includes('/tests/'))
  expect(served.length).toBeGreaterThan(100)
  expect(served.flatMap((path) => assignedFunctions(path, readFileSync(join(root, path), 'utf8')))).toEqual([])
})

test.each([
  ['a.b = () => 1', 1],
  ['a.b ??= function () {}', 1],
  ["a['b'] = async () => 1", 1],
  ['const b = () => 1; a.b = b', 0],
  ['b = () => 1', 0],
  ['a = { b: () => 1 }', 0],
])('%s', (text, count) => {
  expect(assignedFunctions('a.ts', text)).toHaveLength(count)
})
