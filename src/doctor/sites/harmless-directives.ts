/**
 * Directives of a unit that give no right, whatever they are set to: how much of the host it may use, when it runs and is started
 * again, and what it says (systemd.service(5), systemd.exec(5), systemd.resource-control(5), systemd.socket(5), systemd.timer(5)).
 * LimitCORE is none of them: a core dump has keys in it.
 */
const running = [
  /^Limit(?!CORE$)[A-Z]+$/,
  /^(?:Timeout|Watchdog|Restart|StartLimit)\w*$/,
  /^RuntimeMaxSec$|^RuntimeRandomizedExtraSec$|^SuccessExitStatus$/,
  /^(?:Kill\w+|SendSIGKILL|SendSIGHUP|FinalKillSignal|IgnoreSIGPIPE)$/,
  /^Memory(?!DenyWriteExecute$)\w+$/,
  /^(?:StartupMemory|CPU|StartupCPU|Tasks|IO|StartupIO|BlockIO|StartupBlockIO)[A-Z]\w*$/,
  /^(?:AllowedCPUs|StartupAllowedCPUs|Nice|Slice|TimerSlackNSec|OOMScoreAdjust|OOMPolicy)$/,
  /^(?:ManagedOOM\w+|IPAddressDeny|IPAddressAllow|IPAccounting)$/,
  /^(?:Syslog\w+|LogLevelMax|LogRateLimit\w+|LogExtraFields)$/,
  /^(?:Backlog|KeepAlive\w*|MaxConnections\w*|TriggerLimit\w+|PollLimit\w+|NoDelay|DeferAcceptSec)$/,
  /^(?:ReceiveBuffer|SendBuffer|FreeBind|On[A-Z]\w+Sec|OnCalendar|RandomizedDelaySec)$/,
  /^(?:FixedRandomDelay|AccuracySec|Persistent|WakeSystem)$/,
];

/** They only take rights away from a unit that says nothing of them. */
const taking = new Set([
  ...['ProtectSystem', 'ProtectHome', 'ProtectProc', 'ProcSubset', 'ProtectKernelModules'],
  ...[
    'ProtectKernelTunables',
    'ProtectKernelLogs',
    'ProtectControlGroups',
    'ProtectClock',
    'ProtectHostname',
  ],
  ...['PrivateTmp', 'PrivateDevices', 'PrivateMounts', 'PrivateNetwork', 'PrivateIPC', 'ReadOnlyPaths'],
  ...['InaccessiblePaths', 'NoExecPaths', 'MemoryDenyWriteExecute', 'LockPersonality', 'NoNewPrivileges'],
  ...['RestrictRealtime', 'RestrictSUIDSGID', 'RestrictNamespaces', 'SocketBindDeny', 'RemoveIPC'],
]);

/** Whether a directive may stand in any file of a unit of certd, with any value. */
export function isHarmless(name: string): boolean {
  return running.some(pattern => pattern.test(name));
}

/** Whether it gives nothing to a unit that is shipped without it. */
export function onlyTakes(name: string): boolean {
  return taking.has(name);
}
