/**
 * A mounted image as a background process: {@link org.chunkfs.cli.server.MountDaemon} serves a
 * volume until it is unmounted, {@link org.chunkfs.cli.server.DaemonLauncher} starts one from the
 * command line, and {@link org.chunkfs.cli.server.ControlServer} and {@link
 * org.chunkfs.cli.server.ControlClient} are the two ends of its control socket.
 *
 * <p>The daemon has no work to do before it ends: killing it at any time is as good as unmounting.
 */
@NullMarked
package org.chunkfs.cli.server;

import org.jspecify.annotations.NullMarked;
