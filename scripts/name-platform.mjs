/** The packager's hook before it packs the app: tells electron-builder.yml which prebuilt database module it takes. */
export function beforePack({ electronPlatformName }) {
  process.env.SLIPWAY_PACKED_PLATFORM = electronPlatformName
}
