import { defineConfig } from "vite";

/** The console is one page; what it needs is split so that each page loads only its own. */
export default defineConfig({
  build: {
    outDir: "../src/fieldops/console/dist",
    emptyOutDir: true,
    // A policy without "data:" for scripts and fonts: everything is a file of its own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    reportCompressedSize: false,
  },
});
