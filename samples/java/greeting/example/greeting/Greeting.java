package example.greeting;

/** The library that the samples depend on; a JAR of its own. */
public final class Greeting {
    private final String name;

    public Greeting(String name) {
        this.name = name;
    }

    public String text() {
        return "Hello from " + name + " on Java " + System.getProperty("java.version");
    }
}
