/** Kinds of machine that there are packages for, named as Node names them. */
export type Arch = 'x64' | 'arm64';

export const archs: readonly Arch[] = ['x64', 'arm64'];

export const debArch: Readonly<Record<Arch, string>> = { x64: 'amd64', arm64: 'arm64' };

export const rpmArch: Readonly<Record<Arch, string>> = { x64: 'x86_64', arm64: 'aarch64' };
