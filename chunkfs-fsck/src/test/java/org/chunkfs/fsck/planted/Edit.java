package org.chunkfs.fsck.planted;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * A change of one place in the bytecode of one method, as if a developer had written it otherwise.
 *
 * <p>A place is one of several alike in its method, and says of how many: if there are more or
 * fewer now, the code has changed, and the edit no longer means what it did.
 *
 * @param owner the class, without {@code org.chunkfs.}
 * @param method its name; only one method of the class may have it, and, where it says {@code
 *     name/2}, so many parameters
 * @param words what is changed, for people
 * @param which the place among those that match, from 1 on
 * @param of how many match; 0: the whole body, whatever is in it
 */
record Edit(
    String owner,
    String method,
    String words,
    Predicate<CodeElement> at,
    int which,
    int of,
    Instead instead) {

  /** Emits what stands in a place instead of what was there. */
  @FunctionalInterface
  interface Instead {
    void emit(CodeBuilder code, CodeElement old);
  }

  /** What came of editing a class. */
  record Edited(byte[] bytes, int methods, int places) {}

  /** The start of every edit: a class, without {@code org.chunkfs.}, and a method of it. */
  static In in(String owner, String method) {
    return new In(owner, method);
  }

  /** A method that is to be edited. */
  record In(String owner, String method) {
    /** The only call of a method. */
    At call(String name) {
      return call(name, 1, 1);
    }

    /** One of so many calls of methods of that name. */
    At call(String name, int which, int of) {
      return new At(
          this,
          "call of " + name + number(which, of),
          e -> e instanceof InvokeInstruction i && i.name().equalsString(name),
          which,
          of);
    }

    /** One of so many reads of a field. */
    At read(String field, int which, int of) {
      return new At(
          this,
          "read of " + field + number(which, of),
          e ->
              e instanceof FieldInstruction f
                  && f.name().equalsString(field)
                  && f.opcode().name().startsWith("GET"),
          which,
          of);
    }

    /** One of so many conditional jumps. */
    At branch(int which, int of) {
      return new At(
          this,
          "condition" + number(which, of),
          e -> e instanceof BranchInstruction b && !b.opcode().name().startsWith("GOTO"),
          which,
          of);
    }

    /** One of so many times that a number is written in the code. */
    At number(int value, int which, int of) {
      return new At(
          this,
          "number " + value + number(which, of),
          e ->
              e instanceof ConstantInstruction c
                  && Integer.valueOf(value).equals(c.constantValue()),
          which,
          of);
    }

    /** One of so many places that match. */
    At place(String what, Predicate<CodeElement> at, int which, int of) {
      return new At(this, what + number(which, of), at, which, of);
    }

    /** The whole method does nothing but answer this (zero, false, null). */
    Edit answers(int constant) {
      return new Edit(
          owner, method, "returns " + constant + " at once", e -> false, 0, 0, (code, old) -> {});
    }

    /** The whole method does nothing. */
    Edit doesNothing() {
      return new Edit(owner, method, "does nothing", e -> false, 0, 0, (code, old) -> {});
    }

    private static String number(int which, int of) {
      return of == 1 ? "" : " (" + which + " of " + of + ")";
    }
  }

  /** A place that is to be edited. */
  record At(In in, String what, Predicate<CodeElement> at, int which, int of) {
    /** A call is not made; where something is made of its answer, that is zero, false or null. */
    Edit dropped() {
      return edit("without the " + what, (code, old) -> drop(code, (InvokeInstruction) old, 0));
    }

    /** A call is not made; its answer is taken to be this. */
    Edit taken(int answer) {
      return edit(
          "the " + what + " is not made and taken for " + answer,
          (code, old) -> drop(code, (InvokeInstruction) old, answer));
    }

    /** A call goes to another method with the same parameters and result. */
    Edit becomes(String other) {
      return edit(
          "the " + what + " becomes one of " + other,
          (code, old) -> {
            InvokeInstruction call = (InvokeInstruction) old;
            code.invoke(
                call.opcode(),
                call.owner().asSymbol(),
                other,
                call.typeSymbol(),
                call.isInterface());
          });
    }

    /** A conditional jump is never made. */
    Edit never() {
      return edit(
          "the " + what + " never jumps", (code, old) -> pop(code, (BranchInstruction) old));
    }

    /** A conditional jump is always made. */
    Edit always() {
      return edit(
          "the " + what + " always jumps",
          (code, old) -> {
            BranchInstruction branch = (BranchInstruction) old;
            pop(code, branch);
            code.goto_(branch.target());
          });
    }

    /** A number is another one. */
    Edit is(int value) {
      return edit("the " + what + " is " + value, (code, old) -> code.loadConstant(value));
    }

    /** Something else stands there. */
    Edit instead(String words, Instead instead) {
      return edit(words, instead);
    }

    private Edit edit(String words, Instead instead) {
      return new Edit(in.owner, in.method, words, at, which, of, instead);
    }
  }

  private static void drop(CodeBuilder code, InvokeInstruction call, int answer) {
    MethodTypeDesc type = call.typeSymbol();
    for (int i = type.parameterCount() - 1; i >= 0; i--) {
      pop(code, TypeKind.from(type.parameterType(i)));
    }
    if (!call.opcode().name().equals("INVOKESTATIC")) {
      code.pop();
    }
    constant(code, type.returnType(), answer);
  }

  private static void pop(CodeBuilder code, TypeKind kind) {
    if (kind.slotSize() == 2) {
      code.pop2();
    } else {
      code.pop();
    }
  }

  private static void pop(CodeBuilder code, BranchInstruction branch) {
    code.pop();
    if (branch.opcode().name().contains("CMP")) {
      code.pop();
    }
  }

  private static void constant(CodeBuilder code, ClassDesc type, int value) {
    switch (TypeKind.from(type)) {
      case VOID -> {}
      case LONG -> code.loadConstant((long) value);
      case FLOAT -> code.loadConstant((float) value);
      case DOUBLE -> code.loadConstant((double) value);
      case REFERENCE -> code.aconst_null();
      default -> code.loadConstant(value);
    }
  }

  /** The class file with this change, and how many methods and places it was made in. */
  Edited apply(byte[] classFile) {
    ClassFile format = ClassFile.of();
    ClassModel model = format.parse(classFile);
    AtomicInteger methods = new AtomicInteger();
    AtomicInteger places = new AtomicInteger();
    for (MethodModel m : model.methods()) {
      methods.addAndGet(matches(m) ? 1 : 0);
    }
    MethodTransform body =
        of == 0 ? replaced(places) : MethodTransform.transformingCode(places(places));
    byte[] bytes =
        format.transformClass(model, ClassTransform.transformingMethods(this::matches, body));
    return new Edited(bytes, methods.get(), places.get());
  }

  private boolean matches(MethodModel m) {
    int slash = method.indexOf('/');
    String name = slash < 0 ? method : method.substring(0, slash);
    return m.methodName().equalsString(name)
        && m.code().isPresent()
        && (slash < 0
            || m.methodTypeSymbol().parameterCount()
                == Integer.parseInt(method.substring(slash + 1)));
  }

  private MethodTransform replaced(AtomicInteger places) {
    int answer = words.startsWith("returns ") ? Integer.parseInt(words.split(" ", 3)[1]) : 0;
    return (builder, element) -> {
      if (element instanceof java.lang.classfile.CodeModel code) {
        places.set(1);
        MethodModel m = code.parent().orElseThrow();
        ClassDesc result = m.methodTypeSymbol().returnType();
        builder.withCode(to -> {
          constant(to, result, answer);
          to.return_(TypeKind.from(result));
        });
      } else {
        builder.with(element);
      }
    };
  }

  /** A body may be generated more than once: each time is counted from the start. */
  private CodeTransform places(AtomicInteger places) {
    return CodeTransform.ofStateful(() -> {
      AtomicInteger seen = new AtomicInteger();
      places.set(0);
      return (code, element) -> {
        if (at.test(element)) {
          seen.incrementAndGet();
          places.set(seen.get() == of ? 1 : seen.get() > of ? seen.get() : 0);
        }
        if (at.test(element) && seen.get() == which) {
          instead.emit(code, element);
        } else {
          code.with(element);
        }
      };
    });
  }

  /** The class that is changed. */
  String className() {
    return "org.chunkfs." + owner;
  }

  /** The change, for people. */
  @Override
  public String toString() {
    return owner.substring(owner.lastIndexOf('.') + 1) + "." + method + ": " + words;
  }
}
