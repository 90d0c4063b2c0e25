/** Who runs the tests, as the owner of files. */
export const OURSELVES = { uid: Deno.uid()!, gid: Deno.gid()! };
