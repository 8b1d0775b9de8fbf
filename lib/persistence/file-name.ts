/** What a folder's environment is called in it. */
export const fileName = "data.mdb";
