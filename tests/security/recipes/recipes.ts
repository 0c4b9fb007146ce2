import { accessRecipes } from './access.ts'
import { bookingRecipes } from './booking.ts'
import { catalogRecipes } from './catalog.ts'
import { collaborationRecipes } from './collaboration.ts'
import { identityRecipes } from './identity.ts'
import { inventoryRecipes } from './inventory.ts'
import { meshRecipes } from './mesh.ts'
import { narrationRecipes } from './narration.ts'
import { notificationRecipes } from './notification.ts'
import { openRecipes } from './open.ts'
import { paymentRecipes } from './payment.ts'
import type { Recipes } from './recipe.ts'
import { storyRecipes } from './story.ts'
import { subscriptionRecipes } from './subscription.ts'
import { videogenRecipes } from './videogen.ts'

/** How to call every rpc of the mesh rightly. */
export const recipes: Recipes = {
  ...openRecipes,
  ...meshRecipes,
  ...accessRecipes,
  ...bookingRecipes,
  ...catalogRecipes,
  ...collaborationRecipes,
  ...identityRecipes,
  ...inventoryRecipes,
  ...narrationRecipes,
  ...notificationRecipes,
  ...paymentRecipes,
  ...storyRecipes,
  ...subscriptionRecipes,
  ...videogenRecipes,
}

/** Which file an rpc's recipe belongs into. */
export const recipeFile = (rpc: string): string => {
  const context = /^troupe\.(\w+)\./.exec(rpc)?.[1] ?? 'open'
  return `tests/security/recipes/${context}.ts`
}
