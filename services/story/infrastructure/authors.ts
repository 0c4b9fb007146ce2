import type { Kernel } from '#shared/infrastructure/kernel.ts'

const remember = `insert into authors (author_id, display_name) values ($1, $2)
  on conflict (author_id) do update set display_name = excluded.display_name`

/** What stories know of their authors: a name, as identity last told it. */
export const authorNames = ({ unit }: Pick<Kernel, 'unit'>) => ({
  remember: (authorId: string, displayName: string) =>
    unit().write({ sql: remember, parameters: [authorId, displayName.replaceAll('\0', '')] }),
  forget: (authorId: string) =>
    unit().write({ sql: 'delete from authors where author_id = $1', parameters: [authorId] }),
})
