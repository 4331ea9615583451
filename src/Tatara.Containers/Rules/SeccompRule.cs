using System.Runtime.InteropServices;
using Tatara.Containers.Oci;

namespace Tatara.Containers.Rules;

/// <summary>System calls that ordinary programs make are allowed; any other fails with EPERM.</summary>
/// <remarks>
/// In effect what container engines allow a process without capabilities. Not in the list, on purpose: mount and its kin,
/// namespaces (setns, unshare), kernel modules, keyrings, bpf, perf, io_uring, userfaultfd, clocks, reboot, swap, quotas, kexec.
/// </remarks>
internal sealed class SeccompRule : ISpecRule
{
    private const string Allow = "SCMP_ACT_ALLOW";
    private const string Refuse = "SCMP_ACT_ERRNO";
    private const int NotPermitted = 1;
    private const int NotImplemented = 38;

    /// <summary>
    /// The machine's own alone. The kernel's second, 32-bit entry is one more way in that no app of a 64-bit stack needs; and runc builds
    /// the filter anew for each container, for each architecture: four of them took as long as all the rest of a start.
    /// </summary>
    private static readonly string Architecture = RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "SCMP_ARCH_AARCH64" : "SCMP_ARCH_X86_64";

    /// <summary>CLONE_NEW* of every namespace.</summary>
    private const ulong NewNamespaces = 0x7E02_0000;

    /// <summary>
    /// Unix, IPv4, IPv6 and netlink: what programs speak. The other thirty-odd (AF_ALG, AF_PACKET, AF_VSOCK, AF_XDP …) are kernel code
    /// that is reached without any privilege and that no app needs; virtual-machine sockets would even lead out to the hypervisor.
    /// </summary>
    private static readonly ulong[] SocketFamilies = [1, 2, 10, 16];

    /// <summary>Linux, 32-bit Linux, each with or without UNAME26, and the question which it is.</summary>
    private static readonly ulong[] Personalities = [0x0, 0x8, 0x20000, 0x20008, 0xFFFF_FFFF];

    private static readonly string[] Calls = string.Join(' ',
        // files and directories
        "access chdir chmod chown close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2 fadvise64 fallocate fchdir",
        "fchmod fchmodat fchmodat2 fchown fchownat fcntl fdatasync fgetxattr flistxattr flock fremovexattr fsetxattr fstat fstatfs fsync",
        "ftruncate futimesat getcwd getdents getdents64 getxattr lchown lgetxattr link linkat listxattr llistxattr lremovexattr lseek",
        "lsetxattr lstat memfd_create memfd_secret mkdir mkdirat mknod mknodat name_to_handle_at newfstatat open openat openat2 pipe pipe2",
        "pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv removexattr rename renameat renameat2",
        "rmdir sendfile setxattr splice stat statfs statx symlink symlinkat sync sync_file_range syncfs tee truncate umask unlink unlinkat",
        "utime utimensat utimes vmsplice write writev inotify_add_watch inotify_init inotify_init1 inotify_rm_watch ioctl landlock_add_rule",
        "landlock_create_ruleset landlock_restrict_self cachestat",
        // memory
        "brk madvise membarrier mincore mlock mlock2 mlockall mmap mprotect mremap msync munlock munlockall munmap pkey_alloc pkey_free",
        "pkey_mprotect process_mrelease remap_file_pages map_shadow_stack",
        // processes and threads
        "arch_prctl capget capset execve execveat exit exit_group fork futex futex_waitv futex_wake futex_wait futex_requeue get_robust_list",
        "get_thread_area getcpu getegid geteuid getgid getgroups getpgid getpgrp getpid getppid getpriority getresgid getresuid getrlimit",
        "getrusage getsid gettid getuid ioprio_get ioprio_set kill pidfd_open pidfd_send_signal prctl prlimit64 process_vm_readv",
        "process_vm_writev ptrace restart_syscall rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend",
        "rt_sigtimedwait rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam",
        "sched_getscheduler sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield seccomp",
        "set_robust_list set_thread_area set_tid_address setfsgid setfsuid setgid setgroups setpgid setpriority setregid setresgid setresuid",
        "setreuid setrlimit setsid setuid sigaltstack signalfd signalfd4 tgkill tkill uname vfork wait4 waitid sysinfo times",
        // time
        "alarm clock_getres clock_gettime clock_nanosleep getitimer gettimeofday nanosleep pause setitimer time timer_create timer_delete",
        "timer_getoverrun timer_gettime timer_settime timerfd_create timerfd_gettime timerfd_settime adjtimex",
        // waiting for events
        "epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2 io_cancel",
        "io_destroy io_getevents io_pgetevents io_setup io_submit poll ppoll pselect6 select",
        // sockets and messages between processes
        "accept accept4 bind connect getpeername getsockname getsockopt listen mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend",
        "mq_unlink msgctl msgget msgrcv msgsnd recvfrom recvmmsg recvmsg semctl semget semop semtimedop sendmmsg sendmsg sendto setsockopt",
        "shmat shmctl shmdt shmget shutdown socketpair getrandom")
        .Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static readonly OciSeccomp Profile = new(
        Refuse,
        NotPermitted,
        [Architecture],
        [
            new OciSyscall(Calls, Allow),
            .. SocketFamilies.Select(family => new OciSyscall(["socket"], Allow, Args: [new OciSyscallArgument(0, family, "SCMP_CMP_EQ")])),
            new OciSyscall(["clone"], Allow, Args: [new OciSyscallArgument(0, NewNamespaces, "SCMP_CMP_MASKED_EQ", 0)]),
            // Its flags are in memory, where a filter cannot look; C libraries fall back to clone.
            new OciSyscall(["clone3"], Refuse, NotImplemented),
            .. Personalities.Select(value => new OciSyscall(["personality"], Allow, Args: [new OciSyscallArgument(0, value, "SCMP_CMP_EQ")])),
        ]);

    public void Apply(OciSpec spec, SpecContext context) => spec.Linux.Seccomp = Profile;
}
