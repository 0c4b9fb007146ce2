import type { TestProject } from 'vitest/node'
import { startTestMesh, type TestMeshFacts } from './start-test-mesh.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    mesh: TestMeshFacts
  }
}

/** Runs one mesh for all end-to-end suites of a project; the project's name says in which topology. */
export default async function setup(project: TestProject) {
  const { facts, stop } = await startTestMesh(project.name, project.name.endsWith('split'))
  project.provide('mesh', facts)
  return stop
}
