/** Owns the content security policy of the panel's pages, for every host that serves them. */
export const panelPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  // Mantine sets positions and colours as style attributes.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')
