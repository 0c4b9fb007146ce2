import { ofService, type Recipes } from './recipe.ts'

const reflection: Recipes = {
  ServerReflectionInfo: { fields: () => ({ messageRequest: { case: 'listServices', value: '' } }) },
}

/** What anybody may ask of a server: its health and its contracts. */
export const openRecipes: Recipes = {
  ...ofService('grpc.health.v1.Health', {
    Check: { fields: () => ({ service: '' }) },
    List: {},
    Watch: { fields: () => ({ service: '' }) },
  }),
  ...ofService('grpc.reflection.v1.ServerReflection', reflection),
  ...ofService('grpc.reflection.v1alpha.ServerReflection', reflection),
}
