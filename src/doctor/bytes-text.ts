/** `64 KiB`, `512 MiB`, `3.8 GiB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1024 ** 2) return `${Math.floor(bytes / 1024)} KiB`;
  if (bytes < 1024 ** 3) return `${Math.floor(bytes / 1024 ** 2)} MiB`;
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
