import fc from 'fast-check'
import { expect, test } from 'vitest'
import { drawTree } from './tree.ts'

const drawn = (...nodes: [id: string, parentId: string][]) =>
  drawTree(nodes.map(([id, parentId]) => ({ id, parentId }))).map(({ node, branch }) => branch + node.id)

test('children stand below their parent, joined by lines', () => {
  expect(
    drawn(
      ['rpc', ''],
      ['event', 'rpc'],
      ['other', 'rpc'],
      ['delivery', 'event'],
      ['command', 'delivery'],
      ['end', 'other'],
    ),
  ).toEqual(['rpc', '├─ event', '│  └─ delivery', '│     └─ command', '└─ other', '   └─ end'])
})

test('a node whose parent is not there is a root', () => {
  expect(drawn(['a', 'gone'], ['b', ''], ['c', 'a'])).toEqual(['a', '└─ c', 'b'])
})

test('a circle is drawn once', () => {
  expect(drawn(['a', 'b'], ['b', 'a'])).toEqual(['a', '└─ b'])
  expect(drawn(['a', 'a'])).toEqual(['a'])
})

test('every node comes exactly once, below its parent unless it is a root or in a circle', () => {
  const nodes = fc
    .array(fc.tuple(fc.nat(20), fc.nat(20)), { maxLength: 20 })
    .map((pairs) => [...new Map(pairs)].map(([id, parent]) => ({ id: `n${id}`, parentId: `n${parent}` })))
  fc.assert(
    fc.property(nodes, (given) => {
      const lines = drawTree(given)
      expect(lines.map(({ node }) => node.id).toSorted()).toEqual(given.map(({ id }) => id).toSorted())
      const order = lines.map(({ node }) => node.id)
      for (const { node, branch } of lines) {
        if (branch === '') continue
        expect(order.indexOf(node.parentId)).toBeLessThan(order.indexOf(node.id))
      }
    }),
  )
})
