<%@ page contentType="text/plain; charset=UTF-8" import="example.greeting.Greeting" %><%= new Greeting("a WAR").text() %>
server: <%= application.getServerInfo() %>
scheme: <%= request.getScheme() %>
path: <%= request.getContextPath() %>/
