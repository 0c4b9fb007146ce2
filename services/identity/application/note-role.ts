import type { Ports } from './ports.ts'

/** Keeps in mind which roles a user holds, to show them and to put them into tokens; access decides by its own. */
export const noteRole =
  ({ users, about }: Ports) =>
  async (userId: string, role: string, isHeld: boolean): Promise<void> => {
    about(userId)
    const user = await users.find(userId)
    user?.noteRole(role, isHeld)
  }
