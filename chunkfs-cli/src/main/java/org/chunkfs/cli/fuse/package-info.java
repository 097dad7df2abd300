/**
 * A FUSE server in Java: it speaks the kernel's protocol on {@code /dev/fuse} itself, without a C
 * library, and serves any {@link org.chunkfs.core.volume.Vfs}.
 *
 * <p>From the bottom up: {@link org.chunkfs.cli.fuse.Libc} makes system calls and is the only
 * native code of the project; {@code FuseProtocol} names every offset, opcode and flag of the
 * protocol that is used; {@code FuseRequest} and {@code FuseReply} are its two messages; the {@code
 * *Operations} classes turn each request into calls of the {@code Vfs}, and {@code FuseOperations}
 * chooses among them; {@code FuseServer} runs the threads; {@link org.chunkfs.cli.fuse.FuseMount}
 * puts a server under a directory and takes it away again.
 *
 * <p>The server keeps nothing per inode and nothing per open file: node ids are the volume's own, a
 * file handle is not needed, and look-ups are not counted. What the kernel caches (names,
 * attributes, pages) stays right by itself, because every change comes through the same kernel;
 * what changes behind its back, such as a repaired chunk, is announced through {@code
 * FuseNotifier}.
 */
@NullMarked
package org.chunkfs.cli.fuse;

import org.jspecify.annotations.NullMarked;
