/** Of this package; a spec keeps it equal to package.json's. */
export const packageVersion = "0.2.0";
